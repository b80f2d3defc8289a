// Before the first paint: theme, side bar and letter keys as the reader left them.
(() => {
  const root = document.documentElement;
  const theme = localStorage.getItem('duecourse.theme');
  if (theme) root.dataset.theme = theme;
  root.dataset.side = localStorage.getItem('duecourse.side') || '';
  root.dataset.letters ||= localStorage.getItem('duecourse.letters') || 'on'; // the page says so for who is logged in
})();
