// The keyboard of the page. Elements name their key: data-key="b" is clicked, a field is focused.
// Several keys: data-key="Enter,o"; a sequence: data-key="g b". data-key-label names it, else its text.

import { openDialog } from "gisapp/dialog";
import { fold, isSingle, isTyping, keyName } from "gisapp/key_rules";
import { t } from "gisapp/texts";

const STORE = "single-letter-keys";
const SEQUENCE_MS = 1200;
const commands = new Map();
let pending = "";
let pendingTimer = null;

const singlesOn = () => localStorage.getItem(STORE) !== "off";

/** Bind a key by script: `run(event)` returns false to let the press through. */
export function bindKey(key, label, run) {
  commands.set(key, { label, run });
}

function elementFor(key) {
  const visible = (element) => element.getClientRects().length > 0 && !element.disabled;
  return [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key.split(",").includes(key) && visible(element),
  );
}

function act(key, event) {
  const command = commands.get(key);
  if (command) return command.run(event) !== false;
  const element = elementFor(key);
  if (!element) return false;
  if (element.matches("input, textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
  return true;
}

function onKeyDown(event) {
  const name = keyName(event);
  const typing = isTyping({ ...describe(event.target), isComposing: event.isComposing });
  if (!name || (typing && (isSingle(name) || name === "Enter")) || event.defaultPrevented) return;
  if (isSingle(name) && !singlesOn()) return;
  // A button or link that has the focus keeps its own Enter and Space.
  if (["Enter", " "].includes(name) && event.target.closest("a, button, summary, label")) return;
  clearTimeout(pendingTimer);
  const [key, waiting] = fold(pending, name);
  pending = waiting;
  pendingTimer = setTimeout(() => (pending = ""), SEQUENCE_MS);
  if (key && act(key, event)) event.preventDefault();
}

function describe({ tagName, type, isContentEditable }) {
  return { tagName, type, isContentEditable };
}

function rows() {
  const found = [...commands].map(([key, { label }]) => [key, label]);
  for (const element of document.querySelectorAll("[data-key]")) {
    const label =
      element.dataset.keyLabel || element.getAttribute("aria-label") || element.title ||
      element.placeholder || element.querySelector("strong")?.textContent || element.textContent;
    found.push([element.dataset.key.split(",").join(" / "), label.replace(/\s+/g, " ").trim()]);
  }
  return found;
}

function helpDialog() {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const title = document.createElement("h2");
  title.textContent = t("keys_title");
  const list = document.createElement("dl");
  list.className = "keys-list";
  for (const [key, label] of rows()) {
    const term = document.createElement("dt");
    const mark = document.createElement("kbd");
    mark.textContent = key.length === 1 ? key.toUpperCase() : key;
    term.append(mark);
    const text = document.createElement("dd");
    text.textContent = label;
    list.append(term, text);
  }
  const body = document.createElement("div");
  body.className = "dialog__body";
  body.append(title, list, switchForSingles(), closeButton());
  dialog.append(body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  return dialog;
}

function switchForSingles() {
  const label = document.createElement("label");
  label.className = "row";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = singlesOn();
  box.addEventListener("change", () => localStorage.setItem(STORE, box.checked ? "on" : "off"));
  label.append(box, t("keys_off"));
  return label;
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.dataset.closeDialog = "";
  button.textContent = t("close");
  return button;
}

/** Move the focus among the rows of the page's list: [data-rows] holds links or focusable rows. */
function moveRow(step) {
  const list = [...document.querySelectorAll("[data-rows] a[href], [data-rows] [tabindex]")];
  if (list.length === 0) return false;
  const at = list.indexOf(document.activeElement);
  list[Math.min(Math.max(at + step, 0), list.length - 1)].focus();
  return true;
}

/** Listen. `?` shows all keys, J and K walk through the list. */
export function startKeys() {
  bindKey("?", t("key_help"), () => openDialog(helpDialog()));
  bindKey("j", "↓", () => moveRow(1));
  bindKey("k", "↑", () => moveRow(-1));
  document.addEventListener("keydown", onKeyDown);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) openDialog(helpDialog());
  });
}
