// Light, dark, or as the system says.
import { all, on } from "./dom.js";

const root = document.documentElement;

function show() {
  const now = root.dataset.theme || '';
  for (const button of all('[data-theme-set]')) {
    button.setAttribute('aria-pressed', String(button.dataset.themeSet === now));
    button.toggleAttribute('aria-current', button.dataset.themeSet === now);
  }
}

export function setTheme(theme) {
  if (theme) { root.dataset.theme = theme; localStorage.setItem('duecourse.theme', theme); }
  else { delete root.dataset.theme; localStorage.removeItem('duecourse.theme'); }
  show();
  document.dispatchEvent(new CustomEvent('duecourse:theme'));
}

show();
on('click', '[data-theme-set]', (event, button) => setTheme(button.dataset.themeSet));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => document.dispatchEvent(new CustomEvent('duecourse:theme')));
