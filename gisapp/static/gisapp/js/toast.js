// Short messages at the bottom: 6 s, waiting while looked at; errors stay until closed.

import { icon } from "gisapp/icons";
import { t } from "gisapp/texts";

const SHOWN_MS = 6000;

function life(element) {
  const close = document.createElement("button");
  close.type = "button";
  close.append(icon("close"));
  close.setAttribute("aria-label", t("close"));
  close.addEventListener("click", () => element.remove());
  element.append(close);
  if ("stays" in element.dataset) return;
  let timer = setTimeout(() => element.remove(), SHOWN_MS);
  const hold = () => clearTimeout(timer);
  const release = () => {
    timer = setTimeout(() => element.remove(), SHOWN_MS);
  };
  element.addEventListener("pointerenter", hold);
  element.addEventListener("focusin", hold);
  element.addEventListener("pointerleave", release);
  element.addEventListener("focusout", release);
}

/** Show `text`; `action` is {label, run}. Errors are spoken at once and stay. */
export function toast(text, { error = false, action = null } = {}) {
  const element = document.createElement("div");
  element.className = error ? "toast toast--danger" : "toast";
  element.setAttribute("role", error ? "alert" : "status");
  if (error) element.dataset.stays = "";
  const span = document.createElement("span");
  span.textContent = text;
  element.append(icon(error ? "warning" : "check"), span);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", action.run);
    element.append(button);
  }
  document.getElementById("toasts").append(element);
  life(element);
}

/** Give the messages that came with the page their life, and say when htmx gets no answer. */
export function startToasts() {
  document.querySelectorAll("[data-toast]").forEach(life);
  document.body.addEventListener("htmx:sendError", () => toast(t("no_connection"), { error: true }));
  document.body.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    toast(t(status === 403 ? "not_allowed" : "not_saved"), { error: true });
  });
  // A conflict answers with the difference to look at: show it like any other block.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
}
