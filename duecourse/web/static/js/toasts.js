// What happened, with Undo. A toast stays 12 s, longer while it is pointed at or holds the focus; errors stay until closed.
import { all, announce, on, one } from "./dom.js";

function live(toast) {
  if (toast.dataset.timed || toast.classList.contains('is-bad')) return;
  toast.dataset.timed = '1';
  const end = () => setTimeout(() => {
    if (toast.matches(':hover, :focus-within')) end(); else toast.remove();
  }, 12000);
  end();
}

/** Show a toast from script: `kind` good, watch, bad. */
export function toast(text, kind = 'good') {
  const box = document.createElement('div');
  box.className = `toast is-${kind}`;
  box.dataset.toast = '';
  const words = document.createElement('p');
  words.textContent = text;
  box.append(words);
  one('#toasts')?.append(box);
  announce(text);
  live(box);
}

all('[data-toast]').forEach(live);
on('click', '[data-toast-close]', (event, button) => button.closest('[data-toast]').remove());
document.addEventListener('htmx:afterSettle', () => all('[data-toast]').forEach(live));
document.addEventListener('duecourse:toast', (event) => toast(event.detail.text ?? event.detail.value, event.detail.kind));
for (const name of ['htmx:responseError', 'htmx:sendError']) document.addEventListener(name, () => toast(one('#toasts')?.dataset.failed || '', 'bad'));
