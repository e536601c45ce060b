// What every page does. Pages load their own module beside this one; both work on plain HTML.

import { startClocks } from "gisapp/clock";
import { startCountdowns } from "gisapp/countdown";
import { startDialogs } from "gisapp/dialog";
import { startDoor } from "gisapp/door";
import { startKeys } from "gisapp/keys";
import { startPhoneNumbers } from "gisapp/phone_number";
import { startTheme } from "gisapp/theme";
import { startToasts } from "gisapp/toast";

startTheme();
startClocks();
startCountdowns();
startDialogs();
startToasts();
startPhoneNumbers();
startKeys();
startDoor();

// An error summary takes the focus, so that it is read first.
document.querySelector("[data-focus-first]")?.focus();

// A button that is on its way is not pressed twice. What a script has taken for itself by the time
// that all have heard of it is not on its way.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || button.closest("[data-theme-switch]")) return;
  setTimeout(() => {
    if (event.defaultPrevented) return;
    button.disabled = true;
    setTimeout(() => (button.disabled = false), 8000);
  }, 0);
});

// Coming back with the browser's own button shows the page as it was, not as it was being sent.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button:disabled[name], form button:disabled").forEach((button) => {
    if (!button.closest("[data-typed]")) button.disabled = false;
  });
});
