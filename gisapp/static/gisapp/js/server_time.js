// The server's clock: one offset taken when the page was written, so a wrong phone clock is harmless.

const written = Number(document.documentElement.dataset.now);
const offset = Number.isFinite(written) && written > 0 ? written - Date.now() : 0;

/** Server time now, in milliseconds since 1970. */
export function serverNow() {
  return Date.now() + offset;
}
