// Letters that act. Only outside fields, never with Ctrl, Alt or Meta, and the reader can switch them off (WCAG 2.1.4).
// A button or link with data-key="R" is pressed by R; a link with data-go="H" is opened by G, then H.
import { all, isField, isShown, on, one } from "./dom.js";
import { fold } from "./frame.js";
import { canSort, hasRows, hasTicks, openRow, sortBy, tickRow, toRow } from "./rows.js";

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

function fact(list, words, caps) {
  const name = document.createElement('dt');
  const value = document.createElement('dd');
  name.textContent = words;
  for (const cap of caps) {
    const key = document.createElement('kbd');
    key.textContent = cap;
    value.append(key, ' ');
  }
  list.append(name, value);
}

/** The keys of the page's own buttons, shown or in the bar of ticked rows; a key once. */
function ofButtons() {
  const found = new Map();
  for (const item of all('main [data-key], .foot [data-key], .toasts [data-key]')) {
    const key = item.dataset.key.length === 1 ? item.dataset.key.toUpperCase() : item.dataset.key;
    if (!found.has(key) && (isShown(item) || item.closest('[data-bulk]')) && !item.disabled) found.set(key, wordsOf(item));
  }
  return found;
}

/** What `?` shows: what is bound on this page now, read from the page itself, so that it cannot tell of a key that does nothing. */
function help() {
  const box = one('#keys-help');
  if (!box || box.open) return;
  const lists = { page: one('[data-page-list]', box), fixed: one('[data-fixed-list]', box), go: one('[data-go-list]', box) };
  for (const list of Object.values(lists)) list.replaceChildren();
  const buttons = ofButtons();
  for (const [key, words] of buttons) fact(lists.page, words, [key]);
  for (const item of all('.foot .keys li')) { // keys of the page's own script, as its foot bar names them
    const caps = all('kbd', item).map((cap) => cap.textContent);
    const isKnown = (cap) => buttons.has(cap.toUpperCase()) || bound.some((each) => each.caps.includes(cap));
    if (!caps.every(isKnown)) fact(lists.page, wordsOf(item), caps);
  }
  for (const { name, caps, here } of bound) {
    if (here()) fact(lists.fixed, one(`[data-word-of=${name}]`, box).textContent, caps.filter((cap) => !buttons.has(cap)));
  }
  for (const item of all('.side [data-go]')) fact(lists.go, item.title, ['G', item.dataset.go.toUpperCase()]);
  for (const list of Object.values(lists)) list.closest('section').hidden = !list.children.length;
  box.showModal();
  const field = one('[data-keys-find]', box);
  field.value = '';
  narrow(box, '');
  field.focus();
}

/** Only the lines of the map that have the words, and the heads that still have lines. */
function narrow(box, text) {
  const asked = text.trim().toLowerCase();
  for (const section of all('section', box)) {
    const names = all('dt', section);
    for (const name of names) {
      const fits = `${name.textContent} ${name.nextElementSibling.textContent}`.toLowerCase().includes(asked);
      name.hidden = name.nextElementSibling.hidden = !fits;
    }
    section.hidden = names.every((name) => name.hidden);
  }
  one('[data-keys-none]', box).hidden = all('section', box).some((section) => !section.hidden);
}

function press(key) {
  const scope = one('dialog[open]') || document;
  const wanted = all('[data-key]', scope).find((item) => item.dataset.key.toLowerCase() === key.toLowerCase() && isShown(item)
    && !item.disabled && item.getAttribute('aria-disabled') !== 'true');
  if (!wanted) return false;
  if (isField(wanted)) { wanted.focus(); return true; }
  if (wanted.matches('summary')) wanted.focus();
  wanted.click();
  return true;
}

function go(key) {
  const place = all('.side [data-go]').find((item) => item.dataset.go.toLowerCase() === key);
  if (place) place.click();
  return Boolean(place);
}

const first = (selector) => all(selector).find(isShown);
const searchField = () => first('[data-list-search], main input[type=search]');
const filterMenu = () => first('main .bar-above details.menu');
const figureLink = () => document.activeElement?.closest('.key-figure')?.querySelector('a.value') || first('.key-figure a.value');
const chartSwitch = () => first('[data-chart-switch]');

// Every key that is not a button's: its name (for the words in the map), how it is written, what it does, and whether it does so here.
const bound = [
  { name: 'rows', caps: ['J', 'K'], j: (event) => toRow(1, event.shiftKey), k: (event) => toRow(-1, event.shiftKey), here: hasRows },
  { name: 'tick', caps: ['Space'], ' ': () => tickRow(), here: hasTicks },
  { name: 'extend', caps: ['Shift J', 'Shift K'], here: hasTicks },
  { name: 'open', caps: ['Enter'], Enter: () => openRow(), here: hasRows },
  { name: 'sort', caps: ['Shift S'], S: () => sortBy(), here: canSort },
  { name: 'search', caps: ['/'], '/': () => { const field = searchField(); field?.focus(); field?.select?.(); return Boolean(field); }, here: () => Boolean(searchField()) },
  { name: 'filter', caps: ['F'], f: () => { const menu = filterMenu(); if (menu) { menu.open = true; one('input, a, button', menu)?.focus(); } return Boolean(menu); }, here: () => Boolean(filterMenu()) },
  { name: 'chart', caps: ['T'], t: () => { const button = chartSwitch(); button?.click(); return Boolean(button); }, here: () => Boolean(chartSwitch()) },
  { name: 'figure', caps: ['D'], d: () => { const figure = figureLink(); figure?.click(); return Boolean(figure); }, here: () => Boolean(figureLink()) },
  { name: 'side', caps: ['[', ']'], '[': () => { fold(); return true; }, ']': () => { fold(); return true; }, here: () => Boolean(one('.side')) },
  { name: 'find', caps: ['Ctrl K'], here: () => Boolean(one('#palette')) },
  { name: 'map', caps: ['?'], '?': () => { help(); return true; }, here: () => true },
  { name: 'back', caps: ['Esc'], here: () => true },
];
const fixed = Object.assign({}, ...bound.map(({ name, caps, here, ...acts }) => acts));

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
on('input', '[data-keys-find]', (event, field) => narrow(field.closest('dialog'), field.value));
on('click', '[data-keys-toggle]', () => {
  root.dataset.letters = isOn() ? 'off' : 'on';
  localStorage.setItem('duecourse.letters', root.dataset.letters);
  keep(isOn());
  applyOn();
});
applyOn();
