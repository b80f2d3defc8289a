// The promised amount follows the ticked items until somebody types their own.
import { all, one } from "./dom.js";
import { shown } from "./matching.js";

const form = one('form[data-worklist]');

function minor(text, decimals) {
  const [whole, part = ''] = text.split('.');
  return BigInt(whole + part.slice(0, decimals).padEnd(decimals, '0'));
}

function reckon() {
  const decimals = Number(form.dataset.decimals);
  const ticked = all('input[name=item]:checked', form).filter((box) => box.dataset.itemCurrency === form.dataset.currency);
  const sum = ticked.reduce((total, box) => total + minor(box.dataset.openAmount, decimals), 0n);
  const said = one('[data-ticked-sum]', form);
  if (said) said.textContent = ticked.length ? `${ticked.length} ✓ ${shown(sum, decimals)}` : '';
  return shown(sum, decimals);
}

if (form) {
  const field = one('input[name=amount]', form);
  let own = false;
  field?.addEventListener('input', () => { own = field.value.trim() !== ''; });
  form.addEventListener('change', (event) => {
    if (!event.target.matches('input[name=item]')) return;
    const sum = reckon();
    if (field && !own) field.value = sum;
  });
  // Enter in a field of the promise saves the promise, not the first outcome.
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.matches('input[name=amount], input[name=by]')) return;
    event.preventDefault();
    one('button[value=promise]', form)?.click();
  });
  for (const box of all('input[name=next]', form)) box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') { event.preventDefault(); one('button[value=snoozed]', form)?.click(); }
  });
  reckon();
}
one('.worklist tr.is-current')?.scrollIntoView({ block: 'nearest' });
