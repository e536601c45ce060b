// Approving: the form is checked, then its three consequences are read, then it is sent.

/* global htmx */

import { openDialog } from "gisapp/dialog";

const HOUR_MS = 3_600_000;
const STEP_MS = 15 * 60_000;

/** Local time of the utility as a datetime-local value, rounded up to a quarter of an hour. */
function wallClock(ms) {
  const at = new Date(Math.ceil(ms / STEP_MS) * STEP_MS);
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(at);
  const p = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

function ask(form) {
  const dialog = document.querySelector(form.dataset.confirmWith);
  const crew = form.elements.crew;
  dialog.querySelectorAll("[data-crew-name]").forEach((place) => {
    place.textContent = crew.selectedOptions[0]?.textContent ?? "";
  });
  dialog.querySelector("[data-confirm-yes]").onclick = () => {
    dialog.close();
    form.elements.confirmed.value = "1";
    htmx.trigger(form, "submit");
  };
  openDialog(dialog);
}

/** Wire approval forms in `panel`, those that htmx brings later too. */
export function startApproval(panel) {
  // Before htmx hears of it: the first submit only asks.
  panel.addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest("form[data-confirm-with]");
      if (!form || form.elements.confirmed.value === "1") return;
      event.preventDefault();
      event.stopPropagation();
      ask(form);
    },
    true,
  );
  panel.addEventListener("click", (event) => {
    const pick = event.target.closest("[data-eta-hours]");
    if (!pick) return;
    const field = pick.closest("form").elements.estimated_restoration_at;
    field.value = wallClock(Date.now() + Number(pick.dataset.etaHours) * HOUR_MS);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  const showPicks = () => panel.querySelectorAll("[data-eta-hours]").forEach((b) => (b.hidden = false));
  showPicks();
  document.body.addEventListener("htmx:afterSettle", showPicks);
}
