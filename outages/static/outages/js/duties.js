// Duties refresh themselves as the deadline board does; a form that stands open is left alone.

import { startQuietRefresh } from "outages/control/quiet_refresh";

const duties = document.getElementById("duties");

startQuietRefresh(duties);
// Whoever was signed out meanwhile gets another page: go there instead of showing nothing.
duties?.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== duties || event.detail.xhr.responseText.includes('id="duties"')) return;
  event.detail.shouldSwap = false;
  location.reload();
});
