// The server's clock, so that a wrong phone clock is harmless.

import { betterOffset } from "gisapp/time_offset";

const STORE = "server-time";

function kept() {
  try {
    return JSON.parse(localStorage.getItem(STORE));
  } catch {
    return null;
  }
}

function keep(value) {
  try {
    localStorage.setItem(STORE, JSON.stringify(value));
  } catch {
    // Without storage each page takes its own.
  }
}

const written = Number(document.documentElement.dataset.now);
const known = betterOffset(kept(), { written, now: Date.now() });
let offset = known.offset;
keep(known);

/** Server time now, in milliseconds since 1970. */
export function serverNow() {
  return Date.now() + offset;
}

/** When the server wrote the page that is shown: long ago if it came from the phone's store. */
export function pageWritten() {
  return Number.isFinite(written) && written > 0 ? written : null;
}

/** Take the server's time from a page that certainly came from it just now. */
export function learnTime(at) {
  if (!Number.isFinite(at) || at <= 0) return;
  offset = at - Date.now();
  keep({ offset, now: Date.now() });
}
