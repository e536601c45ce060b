// Lists that refresh themselves hold still under the pointer and under the focus.

const LONGEST_MS = 60_000;

/** Let htmx swap `element` only while nobody points at it; at the latest after a minute. */
export function startQuietRefresh(element) {
  if (!element) return;
  let last = Date.now();
  element.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== element) return;
    const busy = element.matches(":hover") || element.contains(document.activeElement);
    if (busy && Date.now() - last < LONGEST_MS) {
      event.detail.shouldSwap = false;
      return;
    }
    last = Date.now();
    const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
    if (focused) {
      element.addEventListener(
        "htmx:afterSettle",
        () => document.getElementById(focused)?.focus({ preventScroll: true }),
        { once: true },
      );
    }
  });
}
