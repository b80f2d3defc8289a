// The page's behaviour, one small module each. Nothing here is needed to read a page or to send a form.
import "./frame.js";
import "./menus.js";
import "./theme.js";
import "./palette.js";
import "./keys.js";
import "./rows.js";
import "./toasts.js";
import "./dates.js";
import "./charts.js";
