// What several modules need.
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Call `then(event, element)` when `type` happens on or inside an element that matches `selector`, now or later on the page. */
export function on(type, selector, then) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest(selector) : null;
    if (element) then(event, element);
  });
}

/** Say it to a screen reader. */
export function announce(text) {
  const live = one('#live');
  if (live) live.textContent = text;
}

export const isField = (element) => element instanceof Element
  && element.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]') !== null;

export const isShown = (element) => element.getClientRects().length > 0;

/** A number as the page's language writes it. */
export const written = (number, decimals = 2) => new Intl.NumberFormat(document.documentElement.lang || 'en',
  { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(number).replace('-', '−');
