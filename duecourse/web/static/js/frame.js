// Side bar: folded or not on a wide screen, shown over the page on a phone.
import { on, one } from "./dom.js";

const root = document.documentElement;
const app = one('.app');

function apply() {
  if (!app) return;
  app.classList.toggle('side-narrow', root.dataset.side === 'narrow');
  app.classList.toggle('side-wide', root.dataset.side === 'wide');
}

/** Fold or unfold, and remember it in this browser. */
export function fold() {
  const narrow = one('.side').offsetWidth < 100;
  root.dataset.side = narrow ? 'wide' : 'narrow';
  localStorage.setItem('duecourse.side', root.dataset.side);
  apply();
}

function show(shown) {
  app.classList.toggle('side-shown', shown);
  if (shown) one('.side a').focus();
  else one('[data-side-open]').focus();
}

apply();
on('click', '[data-side-fold]', fold);
on('click', '[data-side-open]', () => show(true));
on('click', '[data-side-close]', () => show(false));
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && app && app.classList.contains('side-shown')) show(false);
});
one('[data-errors]')?.focus();
