// Dates as one types them: "20 11", "20.11.26", "+7", "-3", "fri", "today" become 2026-11-20 in a field with data-day.
import { isField, on, one } from "./dom.js";

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const today = () => new Date(`${document.body.dataset.today || new Date().toISOString().slice(0, 10)}T12:00:00Z`);
const iso = (date) => date.toISOString().slice(0, 10);
const plus = (date, days) => new Date(date.getTime() + days * 86400000);

function made(year, month, day) {
  const date = new Date(Date.UTC(year, month - 1, day, 12));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? iso(date) : null;
}

/** The ISO date that `text` means, or null. Without a year: the next such day from today on. */
export function readDay(text) {
  const typed = text.trim().toLowerCase();
  const now = today();
  if (/^\d{4}-\d{2}-\d{2}$/.test(typed)) return made(...typed.split('-').map(Number));
  if (typed === 'today' || typed === '.') return iso(now);
  if (/^[+-]\d{1,3}$/.test(typed)) return iso(plus(now, Number(typed)));
  const weekday = weekdays.indexOf(typed.slice(0, 3));
  if (weekday >= 0 && /^[a-z]+$/.test(typed)) return iso(plus(now, ((weekday - now.getUTCDay() + 6) % 7) + 1));
  const parts = typed.match(/^(?:[a-z]{3},? )?(\d{1,2})[. /]+(\d{1,2}|[a-z]{3,})\.?(?:[. /]+(\d{2}|\d{4}))?\.?$/);
  if (!parts) return null;
  const month = /^\d/.test(parts[2]) ? Number(parts[2]) : months.indexOf(parts[2].slice(0, 3)) + 1;
  if (!month) return null;
  if (parts[3]) return made(parts[3].length === 2 ? 2000 + Number(parts[3]) : Number(parts[3]), month, Number(parts[1]));
  const thisYear = made(now.getUTCFullYear(), month, Number(parts[1]));
  return thisYear && thisYear < iso(now) ? made(now.getUTCFullYear() + 1, month, Number(parts[1])) : thisYear;
}

on('focusout', 'input[data-day]', (event, field) => {
  const day = field.value.trim() && readDay(field.value);
  if (day) field.value = day;
});
document.addEventListener('submit', (event) => {
  for (const field of event.target.querySelectorAll('input[data-day]')) {
    const day = field.value.trim() && readDay(field.value);
    if (day) field.value = day;
  }
}, true);
on('dragover', '.drop', (event, box) => { event.preventDefault(); box.classList.add('is-over'); });
on('dragleave', '.drop', (event, box) => box.classList.remove('is-over'));
on('drop', '.drop', (event, box) => {
  event.preventDefault();
  box.classList.remove('is-over');
  const field = one('input[type=file]', box);
  if (field && isField(field)) { field.files = event.dataTransfer.files; field.dispatchEvent(new Event('change', { bubbles: true })); }
});
on('change', '.drop input[type=file]', (event, field) => {
  const names = one('[data-names]', field.closest('.drop'));
  if (names) names.textContent = [...field.files].map((file) => file.name).join(', ');
});
