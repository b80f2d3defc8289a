// The matching workbench reckons while one ticks and types, in whole minor units. Without it the server does, by Preview.
import { all, announce, isField, one } from "./dom.js";

const form = one('form[data-matching]');

/** “1,234.5”, “1.234,50” → minor units as BigInt; 0n for nothing; null for what could be two numbers or is none. */
export function units(text, decimals) {
  let plain = text.replace(/[\s\u00a0\u202f']/g, '').replace('\u2212', '-');
  if (!plain || plain === '–') return 0n;
  const minus = plain.startsWith('-');
  plain = plain.replace(/^[+-]/, '');
  let whole;
  let part = '';
  const simple = /^(\d{1,15})(?:([.,])(\d{1,6}))?$/.exec(plain);
  if (simple) {
    if (simple[2] === ',' && simple[3].length === 3 && simple[1].length < 4 && !simple[1].startsWith('0')) return null;
    if (simple[2] === '.' && simple[3].length === 3 && simple[1].length < 4 && !simple[1].startsWith('0') && !document.documentElement.lang.startsWith('en')) return null;
    [whole, part] = [simple[1], simple[3] || ''];
  } else if (/^\d{1,3}(,\d{3})+(\.\d{1,6})?$/.test(plain)) [whole, part = ''] = plain.replaceAll(',', '').split('.');
  else if (/^\d{1,3}(\.\d{3})+(,\d{1,6})?$/.test(plain)) [whole, part = ''] = plain.replaceAll('.', '').split(',');
  else return null;
  if (/[1-9]/.test(part.slice(decimals))) return null;
  const value = BigInt(whole + part.slice(0, decimals).padEnd(decimals, '0'));
  return minus ? -value : value;
}

/** Minor units as the page writes amounts. */
export function shown(value, decimals) {
  const digits = String(value < 0n ? -value : value).padStart(decimals + 1, '0');
  const lang = document.documentElement.lang || 'en';
  const whole = new Intl.NumberFormat(lang).format(BigInt(digits.slice(0, digits.length - decimals)));
  const point = decimals ? new Intl.NumberFormat(lang, { minimumFractionDigits: 1 }).format(0.5).replace(/[0-9]/g, '') : '';
  return (value < 0n ? '−' : '') + whole + point + (decimals ? digits.slice(-decimals) : '');
}

/** For a field: read back as it was by units() and by the server. */
const written = (value, decimals) => {
  if (value === 0n) return '';
  const digits = String(value < 0n ? -value : value).padStart(decimals + 1, '0');
  return (value < 0n ? '-' : '') + digits.slice(0, digits.length - decimals) + (decimals ? `.${digits.slice(-decimals)}` : '');
};

function bench() {
  const decimals = Number(form.dataset.decimals);
  const rest = BigInt(form.dataset.rest);
  const rows = all('tr[data-item]', form);
  const abs = (value) => (value < 0n ? -value : value);
  const used = (row) => one('[data-use]', row).checked;
  const openOf = (row) => BigInt(row.dataset.openUnits);
  let here = -1;

  function read(row) {
    const fields = [one('[data-discount]', row), one('[data-difference]', row)];
    const values = fields.map((field) => units(field.value, decimals));
    fields.forEach((field, place) => field.toggleAttribute('aria-invalid', values[place] === null));
    return values.map((value) => value ?? 0n).concat(values.includes(null));
  }

  function reckon() {
    let [open, discounts, differences, paid, ticked, wrong, over] = [0n, 0n, 0n, 0n, 0, false, false];
    const kind = one('[data-kind]', form)?.value;
    for (const row of rows) {
      row.classList.toggle('is-ticked', used(row));
      const [discount, difference, bad] = read(row);
      const pays = used(row) ? openOf(row) - discount - difference : 0n;
      one('[data-paid]', row).textContent = pays === 0n ? '–' : shown(pays, decimals);
      if (!used(row)) continue;
      ticked += 1;
      wrong ||= bad;
      over ||= difference * openOf(row) < 0n && kind !== 'rounding';
      open += openOf(row); discounts += discount; differences += difference; paid += pays;
    }
    const left = rest - paid;
    const put = (name, value, dash) => { const cell = one(`[data-${name}]`, form); if (cell) cell.textContent = dash && value === 0n ? '–' : shown(value, decimals); };
    put('sum-open', open); put('sum-discount', discounts, true); put('sum-difference', differences, true); put('sum-paid', paid);
    put('left', left); put('post-amount', paid);
    const count = one('[data-ticked-count]', form);
    if (count) count.textContent = count.textContent.replace(/\d+/, String(ticked));
    one('[data-left-part]', form)?.classList.toggle('is-zero', left === 0n);
    const keeps = one('[data-keep]', form)?.checked;
    const post = one('[data-post]', form);
    if (post) post.disabled = wrong || over || !form.dataset.account || ticked === 0 || paid <= 0n || !(left === 0n || (keeps && left > 0n));
    const short = one('[data-take-short]', form);
    if (short) short.hidden = left >= 0n || ticked === 0;
    return left;
  }

  function changed() {
    const left = reckon();
    announce(shown(left, decimals));
    form.dispatchEvent(new CustomEvent('matching-changed', { bubbles: true }));
  }

  /** What is missing of the ticked items goes to the largest one as its difference. */
  function takeShort() {
    const left = reckon();
    const largest = rows.filter(used).sort((a, b) => (openOf(b) > openOf(a) ? 1 : -1))[0];
    if (left >= 0n || !largest) return;
    const field = one('[data-difference]', largest);
    field.value = written((units(field.value, decimals) ?? 0n) - left, decimals);
    changed();
    one('[data-kind]', form)?.focus();
  }

  function tick(row) {
    const discount = one('[data-discount]', row);
    const isOn = used(row);
    if (isOn && !discount.value && BigInt(row.dataset.discountUnits) !== 0n) {
      // The discount is taken when with it nothing is missing or left over, or when the payment is smaller than what is ticked.
      const without = reckon();
      if (without < 0n) discount.value = written(BigInt(row.dataset.discountUnits), decimals);
    }
    if (!isOn) { discount.value = ''; one('[data-difference]', row).value = ''; }
    changed();
  }

  function move(step) {
    if (!rows.length) return;
    here = Math.min(Math.max(here + step, 0), rows.length - 1);
    rows.forEach((row, place) => row.classList.toggle('is-here', place === here));
    rows[here].scrollIntoView({ block: 'nearest' });
    announce(one('th', rows[here]).textContent.trim());
  }

  form.addEventListener('change', (event) => {
    if (event.target.matches('[data-use]')) tick(event.target.closest('tr'));
    else if (event.target.matches('[data-kind], [data-accept], [data-keep]')) changed();
  });
  form.addEventListener('input', (event) => {
    if (!event.target.matches('[data-discount], [data-difference]')) return;
    const box = one('[data-use]', event.target.closest('tr'));
    if (event.target.value.trim() && !box.checked) box.checked = true;
    changed();
  });
  one('[data-take-short]', form)?.addEventListener('click', takeShort);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || one('dialog[open]') || document.documentElement.dataset.letters === 'off') return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { move(event.key === 'ArrowDown' ? 1 : -1); event.preventDefault(); event.stopPropagation(); }
    else if (event.key === ' ' && here < 0 && !event.target.closest?.('input, button, summary')) {
      const box = one('.pick-row:has(> .pick[aria-current]) > [data-tick]');
      if (box) box.click(); else move(1);
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === ' ' && here >= 0 && !event.target.closest?.('input, button, summary')) {
      const box = one('[data-use]', rows[here]);
      box.checked = !box.checked;
      tick(rows[here]);
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);
  one('[data-kind]', form)?.addEventListener('keydown', (event) => {
    const post = one('[data-post]', form);
    if (event.key === 'Enter' && post && !post.disabled) { event.preventDefault(); post.click(); }
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.matches('[data-discount], [data-difference]')) return;
    event.preventDefault();
    event.target.blur();
  });
  form.addEventListener('submit', () => { form.dataset.sent = '1'; });
  reckon();
}

if (form) {
  form.classList.add('scripted');
  bench();
}
one('.pick[aria-current]')?.scrollIntoView({ block: 'nearest' });
