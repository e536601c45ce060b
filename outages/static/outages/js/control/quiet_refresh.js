// Lists that refresh themselves hold still under the pointer and under the focus, and what
// somebody fills in there is never taken away.

const LONGEST_MS = 60_000;

/** Whether somebody has opened a form here, or written into one. */
function isFilledIn(element) {
  const fields = [...element.querySelectorAll("input:not([type=hidden]), textarea, select")];
  const written = fields.some((field) =>
    field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : field.type === "file" ? field.files.length > 0
        : field.tagName === "SELECT" ? [...field.options].some((each) => each.selected !== each.defaultSelected)
          : field.value !== field.defaultValue,
  );
  return written || element.querySelector("details[open] form") !== null;
}

/** Let htmx swap `element` only while nobody points at it; at the latest after a minute. */
export function startQuietRefresh(element) {
  if (!element) return;
  let last = Date.now();
  element.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== element) return;
    if (isFilledIn(element)) {
      event.detail.shouldSwap = false;
      return;
    }
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
