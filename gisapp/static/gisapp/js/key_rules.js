// Which key presses are commands. Pure: takes plain values, so it is tested without a browser.

const FIELDS = new Set(["INPUT", "TEXTAREA", "SELECT"]);

/** Name a press as keys are written in data-key: "/", "j", "Ctrl+Enter", "g b" is built above this. */
export function keyName({ key, ctrlKey = false, metaKey = false, altKey = false }) {
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (altKey) return "";
  return ctrlKey || metaKey ? `Ctrl+${name}` : name;
}

/** Whether a press belongs to the text being typed, not to the page. */
export function isTyping({ tagName = "", type = "", isContentEditable = false, isComposing = false }) {
  if (isComposing || isContentEditable) return true;
  return FIELDS.has(tagName) && !["checkbox", "radio", "button", "submit", "range"].includes(type);
}

/** Whether the key is a single letter or sign, which WCAG 2.1.4 wants to be switchable. */
export function isSingle(name) {
  return name.length === 1;
}

/** Fold a press into a sequence: after G, the next letter makes "g b". Returns [sequence, pending]. */
export function fold(pending, name) {
  if (pending === "g" && isSingle(name)) return [`g ${name}`, ""];
  return name === "g" ? ["", "g"] : [name, ""];
}
