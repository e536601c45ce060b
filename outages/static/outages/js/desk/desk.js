// The desk: the map to point on, the ways to say it, and the offer of duplicates while typing.

/* global htmx */

import { announce } from "gisapp/live";
import { createMap } from "gisapp/map/base";
import { createPicker, placePin } from "gisapp/map/pick";
import { drawDuplicates } from "outages/desk/duplicates";

const PAUSE_MS = 350;
// What a place says; the call, as far as it was typed, stays as it is.
const OF_A_PLACE = "#desk-results,#desk-close-place,#desk-place,#desk-duplicates,#desk-same-caller,#desk-customer";
const desk = document.querySelector("[data-desk]");
const form = desk.querySelector("[data-desk-report]");

// -- The ways to say it ------------------------------------------------------------------------

function startScripts() {
  const box = desk.querySelector("[data-scripts]");
  const chooser = box?.querySelector("[data-script-switch]");
  if (!chooser || !chooser.hidden) return;
  chooser.hidden = false;
  box.querySelectorAll("[data-script-name]").forEach((name) => (name.hidden = true));
  showScript(box, chooser.querySelector("[data-script]").dataset.script);
}

function showScript(box, key) {
  for (const button of box.querySelectorAll("[data-script]")) {
    button.setAttribute("aria-pressed", String(button.dataset.script === key));
  }
  for (const text of box.querySelectorAll("[data-script-text]")) {
    text.hidden = text.dataset.scriptText !== key;
  }
}

// -- A click on the map asks for that place ----------------------------------------------------

async function askAt({ lat, lng }) {
  const query = new URLSearchParams({ lat: lat.toFixed(6), lon: lng.toFixed(6) });
  const typed = form?.elements.address.value;
  await htmx.ajax("GET", `${location.pathname}?${query}`, {
    target: "#desk-answer", select: "#desk-answer", swap: "outerHTML", selectOOB: form ? OF_A_PLACE : "#desk-results",
    push: "true",
  });
  if (typed) form.elements.address.value = typed;
}

function startMap() {
  const element = desk.querySelector("[data-desk-map]");
  const details = element.closest("details");
  let started = false;
  const start = () => {
    if (!details.open || started) return;
    started = true;
    const live = createMap(element);
    const pin = placePin();
    const ask = (place) => {
      pin.setLatLng(place).addTo(live.map);
      askAt(place);
    };
    const picker = createPicker(live, { onPick: ask });
    live.map.on("click", ({ latlng }) => !picker.active && ask(latlng));
    const button = details.querySelector("[data-desk-pick]");
    button.hidden = false;
    button.addEventListener("click", () => picker.start());
  };
  details.addEventListener("toggle", start);
  start();
}

// -- Duplicates --------------------------------------------------------------------------------

let timer = null;
let asked = 0;

function watchPlace() {
  form.addEventListener("input", ({ target }) => {
    if (target.name !== "address") return;
    // The typed address holds now, not the point of the customer chosen before.
    form.elements.lat.value = "";
    form.elements.lon.value = "";
    clearTimeout(timer);
    timer = setTimeout(offer, PAUSE_MS);
  });
}

async function offer() {
  const mine = ++asked;
  const query = new URLSearchParams({ address: form.elements.address.value });
  const answer = await fetch(`${desk.dataset.duplicates}?${query}`).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("desk-duplicates");
  if (!fresh || "decided" in form.dataset) return;
  document.getElementById("desk-duplicates").replaceWith(document.adoptNode(fresh));
  drawDuplicates(desk);
  const first = fresh.querySelector("strong");
  if (first) announce(first.textContent.trim());
}

function setAside() {
  form.dataset.decided = "";
  const decision = document.createElement("input");
  decision.type = "hidden";
  decision.name = "duplicate_of";
  decision.value = "none";
  form.append(decision);
  document.getElementById("desk-duplicates").replaceChildren();
  form.elements.landmark.focus();
}

document.addEventListener("click", (event) => {
  const variant = event.target.closest("[data-script]");
  if (variant) showScript(variant.closest("[data-scripts]"), variant.dataset.script);
  const not = event.target.closest("[data-not-duplicate]");
  if (not) {
    event.preventDefault();
    setAside();
  }
});

document.body.addEventListener("htmx:afterSettle", () => {
  startScripts();
  drawDuplicates(desk);
});

if (form) watchPlace();
startScripts();
startMap();
drawDuplicates(desk);
