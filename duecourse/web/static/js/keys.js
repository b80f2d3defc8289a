// Letters that act. Only outside fields, never with Ctrl, Alt or Meta, and the reader can switch them off (WCAG 2.1.4).
// A button or link with data-key="R" is pressed by R; a link with data-go="H" is opened by G, then H.
import { all, isField, isShown, on, one } from "./dom.js";
import { fold } from "./frame.js";
import { toRow, tickRow, openRow, sortBy } from "./rows.js";

const root = document.documentElement;
let after = '';
let timer = 0;

const isOn = () => root.dataset.letters !== 'off';

function applyOn() {
  document.body.classList.toggle('keys-off', !isOn());
  for (const button of all('[data-keys-toggle]')) {
    button.setAttribute('aria-pressed', String(isOn()));
    one('[data-on]', button).hidden = !isOn();
    one('[data-off]', button).hidden = isOn();
  }
}

// The choice belongs to the person: the server keeps it for all their devices.
function keep(enabled) {
  const url = one('[data-keys-url]')?.dataset.keysUrl;
  const token = one('input[name=csrfmiddlewaretoken]')?.value;
  if (!url || !token) return;
  const headers = { 'X-CSRFToken': token, 'X-Requested-With': 'fetch' };
  fetch(url, { method: 'POST', headers, body: new URLSearchParams({ enabled: enabled ? '1' : '0' }) });
}

function wordsOf(element) {
  const copy = element.cloneNode(true);
  for (const part of all('kbd', copy)) part.remove();
  return copy.textContent.trim() || element.getAttribute('aria-label') || '';
}

function fact(list, words, key) {
  const name = document.createElement('dt');
  const value = document.createElement('dd');
  const cap = document.createElement('kbd');
  name.textContent = words;
  cap.textContent = key;
  value.append(cap);
  list.append(name, value);
}

function help() {
  const box = one('#keys-help');
  if (!box || box.open) return;
  const go = one('[data-go-list]', box);
  const page = one('[data-page-list]', box);
  go.replaceChildren();
  page.replaceChildren();
  for (const item of all('.side [data-go]')) fact(go, item.title, item.dataset.go);
  for (const item of all('main [data-key]')) if (isShown(item)) fact(page, wordsOf(item), item.dataset.key);
  box.showModal();
}

function press(key) {
  const scope = one('dialog[open]') || document;
  const wanted = all('[data-key]', scope).find((item) => item.dataset.key.toLowerCase() === key.toLowerCase() && isShown(item)
    && !item.disabled && item.getAttribute('aria-disabled') !== 'true');
  if (!wanted) return false;
  if (isField(wanted)) wanted.focus(); else wanted.click();
  return true;
}

function go(key) {
  const place = all('.side [data-go]').find((item) => item.dataset.go.toLowerCase() === key);
  if (place) place.click();
  return Boolean(place);
}

const fixed = {
  j: (event) => toRow(1, event.shiftKey), k: (event) => toRow(-1, event.shiftKey),
  ' ': () => tickRow(), Enter: () => openRow(), '?': () => { help(); return true; },
  '[': () => { fold(); return true; }, ']': () => { fold(); return true; },
  '/': () => { const field = all('[data-list-search], main input[type=search]').find(isShown); field?.focus(); field?.select?.(); return Boolean(field); },
  t: () => { const button = all('[data-chart-switch]').find(isShown); button?.click(); return Boolean(button); },
  f: () => { const menu = all('main .bar-above details.menu').find(isShown); if (menu) { menu.open = true; one('input, a, button', menu)?.focus(); } return Boolean(menu); },
  S: () => sortBy(),
};

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') {
    if (isField(event.target)) event.target.blur();
    else if (!one('dialog[open], details.menu[open]')) one('[data-back-today]')?.click();
    return;
  }
  if (!isOn() || isField(event.target) || event.repeat && !'jk'.includes(event.key.toLowerCase())) return;
  const onControl = event.target instanceof Element && event.target.closest('a, button, summary, input, [role=tab]');
  if (onControl && (event.key === 'Enter' || event.key === ' ')) return;
  clearTimeout(timer);
  if (after === 'g') {
    after = '';
    if (go(event.key.toLowerCase())) event.preventDefault();
    return;
  }
  if (event.key === 'g' && !one('dialog[open]')) {
    after = 'g';
    timer = setTimeout(() => { after = ''; }, 1500);
    return;
  }
  if (event.key !== '?' && one('dialog[open]') && !one('dialog[open] [data-key]')) return;
  if (!(event.shiftKey && 'JKS'.includes(event.key)) && press(event.key)) { event.preventDefault(); return; }
  const act = fixed[event.key] || fixed[event.key.toLowerCase()];
  if (act && act(event)) event.preventDefault();
});
on('click', '[data-keys-help]', help);
on('click', '[data-keys-toggle]', () => {
  root.dataset.letters = isOn() ? 'off' : 'on';
  localStorage.setItem('duecourse.letters', root.dataset.letters);
  keep(isOn());
  applyOn();
});
applyOn();
