// The legend: only what is on screen, can be folded, and remembers it.

/* global L */

import { glyphMarkup } from "gisapp/map/glyphs";
import { spriteHref } from "gisapp/icons";
import { t } from "gisapp/texts";

const STORE = "legend-folded";
const STORE_NETWORK = "legend-network";
const SWATCHES = {
  trunk: ["trunk", "trunk"],
  main: ["main", "pipe"],
  zone: ["zone"],
  off: ["off"],
  unintended: ["unintended"],
  weak_7: ["weak-7"],
  weak: ["weak"],
  weak_before: ["weak-before"],
  planned: ["planned"],
  returning: ["returning"],
  past: ["past"],
};
const GLYPHS = {
  todo: ["todo", 1],
  operating: ["operating", 2],
  done: ["done"],
  reopen: ["reopen", 1],
  outlet: ["outlet", 3],
  outlet_done: ["outlet-done"],
  valve_open: ["valve-open"],
  valve_closed: ["valve-closed"],
  valve_inoperable: ["valve-inoperable"],
  hydrant: ["hydrant"],
  hydrant_dry: ["hydrant-dry"],
  source: ["source"],
  source_shut: ["source-shut"],
  one_way: ["one-way"],
  burst: ["burst"],
  key_user: ["key-user", "医"],
  special_user: ["special-user", "企"],
  crew: ["crew"],
};
// What the network always shows is folded away: who reads a plan needs the plan's own signs.
const NETWORK = ["valve_open", "valve_closed", "hydrant", "source", "one_way", "trunk", "main"];
const PLAN = [...Object.keys(SWATCHES), ...Object.keys(GLYPHS)].filter((key) => !NETWORK.includes(key));

function sample(key) {
  if (key in SWATCHES) {
    const [name, colour] = SWATCHES[key];
    const classes = colour ? `swatch swatch--${colour}` : "swatch";
    return `<svg class="${classes}" aria-hidden="true"><use href="${spriteHref(`swatch-${name}`)}"></use></svg>`;
  }
  const [name, text = ""] = GLYPHS[key];
  return glyphMarkup(name, { text, size: 18 }).replace('class="glyph ', 'class="glyph glyph--small ');
}

function readFolded() {
  const kept = localStorage.getItem(STORE);
  return kept === null ? matchMedia("(max-width: 767px)").matches : kept === "yes";
}

function item(key) {
  const element = document.createElement("li");
  // The markup holds symbols only; the words go in as text.
  element.innerHTML = sample(key);
  element.append(t(key));
  return element;
}

function listOf() {
  const list = document.createElement("ul");
  list.className = "legend__items";
  return list;
}

function folding(className, title, open, onToggle) {
  const details = document.createElement("details");
  details.className = className;
  details.open = open;
  const summary = document.createElement("summary");
  summary.textContent = title;
  details.append(summary);
  details.addEventListener("toggle", () => onToggle(details.open));
  return details;
}

/** A Leaflet control; `show(keys)` draws the entries of the set given, in the board's order. */
export function legendControl() {
  const control = L.control({ position: "bottomleft" });
  const remember = (open) => localStorage.setItem(STORE, open ? "no" : "yes");
  const details = folding("legend", t("legend"), !readFolded(), remember);
  const plan = listOf();
  const keep = (open) => localStorage.setItem(STORE_NETWORK, open ? "yes" : "no");
  const open = localStorage.getItem(STORE_NETWORK) === "yes";
  const network = folding("legend__more", t("legend_network"), open, keep);
  const assets = listOf();
  let shown = "";
  control.onAdd = () => {
    network.append(assets);
    details.append(plan, network);
    L.DomEvent.disableClickPropagation(details);
    L.DomEvent.disableScrollPropagation(details);
    return details;
  };
  control.show = (keys) => {
    const ofPlan = PLAN.filter((key) => keys.has(key));
    const ofNetwork = NETWORK.filter((key) => keys.has(key));
    details.hidden = ofPlan.length + ofNetwork.length === 0;
    const wanted = [...ofPlan, "", ...ofNetwork].join();
    if (wanted === shown) return;
    shown = wanted;
    plan.hidden = ofPlan.length === 0;
    // Alone, the network's signs need no second fold.
    network.hidden = ofNetwork.length === 0 || ofPlan.length === 0;
    (ofPlan.length === 0 ? details : network).append(assets);
    plan.replaceChildren(...ofPlan.map(item));
    assets.replaceChildren(...ofNetwork.map(item));
  };
  return control;
}
