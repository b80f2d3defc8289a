// Menus are <details>, dialogs are <dialog>: here is what the browser does not do by itself.
import { all, on, one } from "./dom.js";

document.addEventListener('click', (event) => {
  for (const menu of all('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  if (event.target instanceof HTMLDialogElement) event.target.close();
});
document.addEventListener('keydown', (event) => {
  const menu = event.target instanceof Element ? event.target.closest('details.menu[open]') : null;
  if (event.key === 'Escape') {
    for (const tip of all('.tip:hover, .tip:focus-within')) tip.classList.add('is-shut');
    if (menu) { menu.open = false; one('summary', menu).focus(); event.stopPropagation(); }
    return;
  }
  if (!menu || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
  const items = all('.menu-item', menu);
  if (!items.length || event.target.matches('input, select, textarea')) return;
  const here = items.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
  items[(here + items.length) % items.length].focus();
  event.preventDefault();
}, true);
document.addEventListener('pointerover', (event) => {
  if (event.target instanceof Element) event.target.closest('.tip')?.classList.remove('is-shut');
});
on('focusin', '.tip-btn', (event, button) => button.parentElement.classList.remove('is-shut'));
on('click', '[data-dialog]', (event, button) => { event.preventDefault(); one(`#${button.dataset.dialog}`).showModal(); });
on('click', '[data-close]', (event, button) => button.closest('dialog').close());
