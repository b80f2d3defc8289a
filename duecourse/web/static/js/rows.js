// Rows of a list: one is current (J K), some are ticked (Space), one opens (Enter). The foot bar says what is ticked.
// A row is a <tr> of a table with data-rows, or a .pick link; data-open="URL" on a <tr> names what Enter opens, else its first link.
import { all, isShown, on, one, written } from "./dom.js";

const rows = () => all('table[data-rows] tbody tr:not([data-no-row]), .pick[data-row]').filter(isShown);
const isPick = (row) => row.classList.contains('pick');
const current = () => rows().find((row) => row.classList.contains('is-current') || row.hasAttribute('aria-current'));

function mark(row) {
  for (const other of all('tr.is-current')) other.classList.remove('is-current');
  // The keys are the row's from now on, not those of the button that was used last.
  if (isPick(row)) { row.focus(); } else { document.activeElement?.blur(); row.classList.add('is-current'); }
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

// In a list of links the box lies beside the link; data-space on their row lets Space tick it.
const boxOf = (row) => one('[data-tick]', row.closest('[data-space]') || row);

export const hasRows = () => rows().length > 0;
export const hasTicks = () => rows().some(boxOf);
export const canSort = () => all('th .sort').some(isShown);

function setTick(row, ticked) {
  const box = boxOf(row);
  if (box && box.checked !== ticked) { box.checked = ticked; box.dispatchEvent(new Event('change', { bubbles: true })); }
}

export function tickRow() {
  const row = current();
  const box = row && boxOf(row);
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

// Ticks stay across the pages and orders of a list as long as its filter and tab are the same; they are kept with the browser's tab.
const LIST = `duecourse.ticks.${location.pathname.split('/')[1]}`;
const elsewhere = new Map(); // value → name, amount and currency of rows ticked on other pages

function filter() {
  const query = new URLSearchParams(location.search);
  for (const name of ['page', 'sort', 'view']) query.delete(name);
  query.sort();
  return query.toString();
}

function recall() {
  const kept = one('form[data-bulk-form]') && JSON.parse(sessionStorage.getItem(LIST) || 'null');
  if (!kept) return;
  if (kept.filter !== filter()) { sessionStorage.removeItem(LIST); return; }
  const here = new Map(all('[data-tick]').map((box) => [box.value, box]));
  for (const [value, tick] of kept.ticks) {
    if (here.has(value)) here.get(value).checked = true; else elsewhere.set(value, tick);
  }
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
  if (!bar || !(boxes.length || elsewhere.size)) return;
  const here = ticked.map(({ name, value, dataset }) => [value, { name, amount: dataset.amount || '', currency: dataset.currency || '' }]);
  const ticks = [...elsewhere, ...here];
  bar.hidden = ticks.length === 0;
  foot.classList.toggle('is-ticked', ticks.length > 0);
  const keys = one('.keys', foot);
  if (keys) keys.hidden = ticks.length > 0;
  const others = elsewhere.size ? [`${elsewhere.size} ${bar.dataset.wordElsewhere}`] : [];
  const said = [`${ticks.length} ${bar.dataset.word || 'ticked'}`, ...others, ...totals(ticks.map(([, tick]) => tick))].join(', ');
  one('[data-bulk-said]', bar).textContent = said;
  for (const copy of all('[data-bulk-copy]')) copy.textContent = said;
  for (const form of all('form[data-bulk-form]')) {
    all('input[data-copied]', form).forEach((input) => input.remove());
    for (const [value, { name }] of ticks) {
      const copy = document.createElement('input');
      Object.assign(copy, { type: 'hidden', name, value });
      copy.dataset.copied = '';
      form.append(copy);
    }
  }
  if (one('form[data-bulk-form]')) sessionStorage.setItem(LIST, JSON.stringify({ filter: filter(), ticks }));
}

/** What ticked rows come to, a sum for each currency; without its code where the rows name none. */
function totals(ticks) {
  const byCurrency = new Map();
  for (const { amount, currency } of ticks) if (amount) byCurrency.set(currency, [...(byCurrency.get(currency) || []), amount]);
  return [...byCurrency].map(([currency, amounts]) => `${currency} ${sum(amounts)}`.trim());
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
on('submit', 'form[data-bulk-form]', () => sessionStorage.removeItem(LIST));
on('click', '[data-tick-none]', () => {
  elsewhere.clear();
  for (const box of all('[data-tick]')) box.checked = false;
  count();
});
document.addEventListener('htmx:afterSettle', count);
recall();
count();
