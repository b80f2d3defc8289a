// Rows of a list: one is current (J K), some are ticked (Space), one opens (Enter). The foot bar says what is ticked.
// A row is a <tr> of a table with data-rows, or a .pick link; data-open="URL" on a <tr> names what Enter opens, else its first link.
import { all, isShown, on, one, written } from "./dom.js";

const rows = () => all('table[data-rows] tbody tr:not([data-no-row]), .pick[data-row]').filter(isShown);
const isPick = (row) => row.classList.contains('pick');
const current = () => rows().find((row) => row.classList.contains('is-current') || row.hasAttribute('aria-current'));

function mark(row) {
  for (const other of all('tr.is-current')) other.classList.remove('is-current');
  if (isPick(row)) { row.focus(); } else { row.classList.add('is-current'); }
  row.scrollIntoView({ block: 'nearest' });
}

/** The next (1) or previous (-1) row becomes current; with `extend` it is ticked on the way. */
export function toRow(step, extend = false) {
  const every = rows();
  if (!every.length) return false;
  const focused = every.indexOf(document.activeElement);
  const here = focused >= 0 ? focused : every.indexOf(current());
  if (extend && here >= 0) setTick(every[here], true);
  const next = every[Math.min(Math.max(here + step, 0), every.length - 1)];
  mark(next);
  if (extend) setTick(next, true);
  if (isPick(next) && next.closest('[data-follow]')) next.click();
  return true;
}

export function openRow() {
  const row = current();
  if (!row) return false;
  if (row.dataset.open) location.assign(row.dataset.open);
  else (isPick(row) ? row : one('a', row))?.click();
  return true;
}

function setTick(row, ticked) {
  const box = one('[data-tick]', row);
  if (box && box.checked !== ticked) { box.checked = ticked; box.dispatchEvent(new Event('change', { bubbles: true })); }
}

export function tickRow() {
  const row = current();
  const box = row && one('[data-tick]', row);
  if (!box) return false;
  setTick(row, !box.checked);
  return true;
}

/** Shift S: sort by the next column that can be sorted. */
export function sortBy() {
  const heads = all('th .sort').filter(isShown);
  if (!heads.length) return false;
  const here = heads.findIndex((head) => head.closest('th').hasAttribute('aria-sort'));
  heads[(here + 1) % heads.length].click();
  return true;
}

function count() {
  const boxes = all('[data-tick]');
  const ticked = boxes.filter((box) => box.checked);
  for (const box of boxes) box.closest('tr, .pick, label')?.classList.toggle('is-ticked', box.checked);
  for (const every of all('[data-tick-all]')) {
    every.checked = ticked.length > 0 && ticked.length === boxes.length;
    every.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
  }
  const foot = one('[data-foot]');
  const bar = foot && one('[data-bulk]', foot);
  if (!bar || !boxes.length) return;
  bar.hidden = ticked.length === 0;
  foot.classList.toggle('is-ticked', ticked.length > 0);
  const keys = one('.keys', foot);
  if (keys) keys.hidden = ticked.length > 0;
  const amounts = ticked.map((box) => box.dataset.amount).filter(Boolean);
  const word = bar.dataset.word || 'ticked';
  one('[data-bulk-said]', bar).textContent = `${ticked.length} ${word}${amounts.length ? `, ${sum(amounts)}` : ''}`;
  for (const form of all('form[data-bulk-form]')) {
    all('input[data-copied]', form).forEach((input) => input.remove());
    for (const box of ticked) {
      const copy = document.createElement('input');
      Object.assign(copy, { type: 'hidden', name: box.name, value: box.value });
      copy.dataset.copied = '';
      form.append(copy);
    }
  }
}

/** The sum of decimal texts, exact: whole minor units, never floats. */
function sum(amounts) {
  const decimals = Math.max(...amounts.map((text) => (text.split('.')[1] || '').length));
  const units = amounts.reduce((total, text) => {
    const [whole, part = ''] = text.replace('-', '').split('.');
    const value = BigInt(whole + part.padEnd(decimals, '0'));
    return text.startsWith('-') ? total - value : total + value;
  }, 0n);
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0');
  const whole = written(BigInt(digits.slice(0, digits.length - decimals) || '0'), 0);
  const point = written(0.5, 1).replace(/[0-9]/g, '');
  return (units < 0n ? '−' : '') + whole + (decimals ? point + digits.slice(-decimals) : '');
}

let last = null;
document.addEventListener('click', (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || !box.matches('[data-tick]')) return;
  if (event.shiftKey && last && last !== box) {
    const boxes = all('[data-tick]');
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    count();
  }
  last = box;
});
on('change', '[data-tick]', count);
on('change', '[data-tick-all]', (event, every) => {
  for (const box of all('[data-tick]')) box.checked = every.checked;
  count();
});
on('click', 'tr[data-open]', (event, row) => {
  if (event.target.closest('a, button, input, label, summary, form') || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.open); else location.assign(row.dataset.open);
});
document.addEventListener('htmx:afterSettle', count);
count();
