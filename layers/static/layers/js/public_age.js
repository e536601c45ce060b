// Keeps a public page honest about its age: asks for the small pointer once a minute, loads the
// page anew when there is news, and shows the banner when the data grow old.

import { serverNow } from "gisapp/server_time";

const EVERY_MS = 60_000;
const place = document.querySelector("[data-age]");
const banner = document.querySelector("[data-stale-banner]");
let validUntil = Date.parse(place?.dataset.validUntil ?? "");

function isBusy() {
  const { activeElement } = document;
  return document.hidden || (activeElement?.matches("input, textarea, select") ?? false);
}

function showAge() {
  if (banner && Number.isFinite(validUntil)) banner.hidden = serverNow() <= validUntil;
}

async function ask() {
  try {
    const response = await fetch(place.dataset.pointer, { cache: "no-cache" });
    if (!response.ok) throw new Error(String(response.status));
    const pointer = await response.json();
    // Of what is shown, not of what there is: a kept page that nobody renews must not look young.
    if (pointer.outages === place.dataset.snapshot) validUntil = Date.parse(pointer.valid_until);
    // Never under somebody's hands: the next minute will do.
    else if (!isBusy()) location.reload();
  } catch {
    // No connection: what is shown stays, and its age speaks.
  }
  showAge();
}

if (place) {
  showAge();
  setInterval(ask, EVERY_MS);
}
