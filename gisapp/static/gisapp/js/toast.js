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

const stands = (text) =>
  [...document.querySelectorAll("#toasts [data-stays] > span")].some((span) => span.textContent === text);

/**
 * Show `text`; `action` is {label, run}. Errors are spoken at once and stay, once each: the lists of
 * a page ask again and again. One `untilAnswered` goes when the server answers.
 */
export function toast(text, { error = false, action = null, untilAnswered = false } = {}) {
  if (error && stands(text)) return;
  const element = document.createElement("div");
  element.className = error ? "toast toast--danger" : "toast";
  element.setAttribute("role", error ? "alert" : "status");
  if (error) element.dataset.stays = "";
  if (untilAnswered) element.dataset.untilAnswered = "";
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
  document.body.addEventListener("htmx:sendError", () => {
    toast(t("no_connection"), { error: true, untilAnswered: true });
  });
  document.body.addEventListener("htmx:responseError", ({ detail }) => {
    const text = { 401: "signed_out", 403: "not_allowed" }[detail.xhr.status] ?? "not_saved";
    toast(t(text), { error: true, untilAnswered: text === "signed_out" });
  });
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) document.querySelectorAll("[data-until-answered]").forEach((each) => each.remove());
  });
  // A conflict answers with the difference to look at: show it like any other block.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
}
