// Ctrl K: find anything, go anywhere, do something. The server answers ?q= with cotton/hits; places of the side bar are found here.
// What was opened in this visit comes first, also before anything is typed.
import { all, on, one } from "./dom.js";
import { setTheme } from "./theme.js";

const RECENT = 'duecourse.recent';

const box = one('#palette');
const field = box && one('input', box);
const list = box && one('#hits', box);
let asked = null;
let timer = 0;

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', name);
  svg.append(use);
  return svg;
}

const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Every word begins, is in, or has its letters in their order in a word of the text: as the server does with commands. */
function fits(query, text) {
  const words = plain(text).split(/\s+/);
  return plain(query).split(/\s+/).filter(Boolean).every((asked) => words.some((word) => {
    if (word.startsWith(asked) || (asked.length > 2 && word.includes(asked))) return true;
    let at = 0;
    for (const letter of word) if (letter === asked[at]) at += 1;
    return asked.length > 1 && word[0] === asked[0] && at === asked.length;
  }));
}

const recent = () => JSON.parse(sessionStorage.getItem(RECENT) || '[]');

/** What is opened from the list is remembered as long as the tab is open: its title, mark and address. */
function remember(hit) {
  const kept = { url: hit.getAttribute('href'), title: one('b', hit).textContent, icon: one('use', hit).getAttribute('href') };
  sessionStorage.setItem(RECENT, JSON.stringify([kept, ...recent().filter((other) => other.url !== kept.url)].slice(0, 6)));
}

function hitOf({ url, title, icon: mark, end }, id) {
  const hit = document.createElement('a');
  hit.className = 'hit';
  hit.href = url;
  hit.id = id;
  hit.tabIndex = -1;
  hit.setAttribute('role', 'option');
  hit.setAttribute('aria-selected', 'false');
  const name = document.createElement('b');
  name.textContent = title;
  hit.append(icon(mark), name);
  if (end) {
    const key = document.createElement('span');
    key.className = 'end';
    key.textContent = end;
    hit.append(key);
  }
  return hit;
}

function groupOf(words, hits) {
  if (!hits.length) return null;
  const group = document.createElement('div');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', words);
  const head = document.createElement('div');
  head.className = 'palette-head';
  head.setAttribute('aria-hidden', 'true');
  head.textContent = words;
  group.append(head, ...hits);
  return group;
}

function placesGroup(query) {
  const found = all('.side .nav-item[href]').filter((item) => fits(query, item.title)).slice(0, query ? 4 : 12);
  const hits = found.map((item, place) => hitOf({
    url: item.getAttribute('href'), title: item.title, icon: one('use', item).getAttribute('href'),
    end: item.dataset.go ? `G ${item.dataset.go.toUpperCase()}` : '',
  }, `place-${place}`));
  return groupOf(one('#go-head').dataset.go, hits);
}

const recentGroup = () => groupOf(one('#go-head').dataset.recent, recent().map((kept, place) => hitOf(kept, `recent-${place}`)));

function select(hit) {
  for (const other of all('.hit[aria-selected=true]', list)) other.setAttribute('aria-selected', 'false');
  if (!hit) { field.removeAttribute('aria-activedescendant'); return; }
  hit.setAttribute('aria-selected', 'true');
  field.setAttribute('aria-activedescendant', hit.id);
  hit.scrollIntoView({ block: 'nearest' });
}

function show(html, query) {
  list.innerHTML = html; // made and escaped by our own server
  if (!query) list.append(...[recentGroup()].filter(Boolean));
  const group = placesGroup(query);
  if (group) { one('.empty', list)?.remove(); list.append(group); }
  const known = recent().map((kept) => kept.url);
  for (const part of all('[role=group]', list)) { // recent ones first in their group
    for (const hit of all('.hit', part).filter((each) => known.includes(each.getAttribute('href'))).reverse()) one('.palette-head', part).after(hit);
  }
  const hits = all('.hit', list);
  field.setAttribute('aria-expanded', String(hits.length > 0));
  select(hits[0]);
  const count = one('[data-count]', box);
  count.textContent = count.dataset.words.replace('0', String(hits.length));
}

async function search() {
  const query = field.value.trim();
  asked?.abort();
  if (!query || !box.dataset.search) { show('', query); return; }
  asked = new AbortController();
  try {
    const url = new URL(box.dataset.search, location.href);
    url.searchParams.set('q', query);
    const answer = await fetch(url, { signal: asked.signal, headers: { 'X-Requested-With': 'fetch', 'HX-Request': 'true' } });
    show(answer.ok ? await answer.text() : '', query);
  } catch (error) {
    if (error.name !== 'AbortError') show('', query);
  }
}

/** What is no page: a form that is sent (another day, company, language), or the theme. */
function act(event, hit) {
  if (hit.dataset.doTheme !== undefined) {
    event.preventDefault();
    setTheme(hit.dataset.doTheme);
    box.close();
  } else if (hit.dataset.post) {
    event.preventDefault();
    const form = document.createElement('form');
    form.method = 'post';
    form.action = hit.dataset.post;
    const fields = { csrfmiddlewaretoken: one('input[name=csrfmiddlewaretoken]').value, next: location.pathname + location.search };
    for (const { name, value } of hit.attributes) if (name.startsWith('data-field-')) fields[name.slice(11)] = value;
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name, value });
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  } else remember(hit);
}

export function openPalette() {
  if (!box || box.open) return;
  box.showModal();
  field.select();
  search();
}

if (box) {
  on('click', '[data-find]', openPalette);
  on('click', '#hits .hit', act);
  field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, 120); });
  field.addEventListener('keydown', (event) => {
    const hits = all('.hit', list);
    const here = hits.findIndex((hit) => hit.getAttribute('aria-selected') === 'true');
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (hits.length) select(hits[(here + step + hits.length) % hits.length]);
    } else if (event.key === 'Enter' && hits[here]) {
      event.preventDefault();
      hits[here].click();
    }
  });
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') { event.preventDefault(); openPalette(); }
  });
}
