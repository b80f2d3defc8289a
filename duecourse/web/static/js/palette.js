// Ctrl K: find anything and go anywhere. The server answers ?q= with cotton/hits; places of the side bar are found here.
import { all, on, one } from "./dom.js";

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

function places(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return all('.side .nav-item[href]').filter((item) => words.every((word) => item.title.toLowerCase().includes(word)));
}

function placesGroup(query) {
  const found = places(query).slice(0, query ? 4 : 12);
  if (!found.length) return null;
  const group = document.createElement('div');
  group.setAttribute('role', 'group');
  const name = one('#go-head').content.textContent;
  group.setAttribute('aria-label', name);
  const head = document.createElement('div');
  head.className = 'palette-head';
  head.textContent = name;
  group.append(head, ...found.map((item, place) => {
    const hit = document.createElement('a');
    hit.className = 'hit';
    hit.href = item.href;
    hit.id = `place-${place}`;
    hit.tabIndex = -1;
    hit.setAttribute('role', 'option');
    hit.setAttribute('aria-selected', 'false');
    const title = document.createElement('b');
    title.textContent = item.title;
    hit.append(icon(one('use', item).getAttribute('href')), title);
    if (item.dataset.go) {
      const end = document.createElement('span');
      end.className = 'end';
      end.textContent = `G ${item.dataset.go}`;
      hit.append(end);
    }
    return hit;
  }));
  return group;
}

function select(hit) {
  for (const other of all('.hit[aria-selected=true]', list)) other.setAttribute('aria-selected', 'false');
  if (!hit) { field.removeAttribute('aria-activedescendant'); return; }
  hit.setAttribute('aria-selected', 'true');
  field.setAttribute('aria-activedescendant', hit.id);
  hit.scrollIntoView({ block: 'nearest' });
}

function show(html, query) {
  list.innerHTML = html; // made and escaped by our own server
  const group = placesGroup(query);
  if (group) { one('.empty', list)?.remove(); list.append(group); }
  const hits = all('.hit', list);
  select(hits[0]);
  one('[data-count]', box).textContent = String(hits.length);
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

export function openPalette() {
  if (!box || box.open) return;
  box.showModal();
  field.select();
  search();
}

if (box) {
  on('click', '[data-find]', openPalette);
  field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, 120); });
  field.addEventListener('keydown', (event) => {
    const hits = all('.hit', list);
    const here = hits.findIndex((hit) => hit.getAttribute('aria-selected') === 'true');
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
