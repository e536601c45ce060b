// The legend: only what is on screen, can be folded, and remembers it.

/* global L */

import { glyphMarkup } from "gisapp/map/glyphs";
import { spriteHref } from "gisapp/icons";
import { t } from "gisapp/texts";

const STORE = "legend-folded";
const SWATCHES = {
  trunk: ["trunk", "trunk"],
  main: ["main", "pipe"],
  zone: ["zone"],
  off: ["off"],
  unintended: ["unintended"],
  weak: ["weak"],
  planned: ["planned"],
  returning: ["returning"],
};
const GLYPHS = {
  todo: ["todo", 1],
  operating: ["operating", 2],
  done: ["done"],
  reopen: ["reopen", 1],
  valve_open: ["valve-open"],
  valve_closed: ["valve-closed"],
  valve_inoperable: ["valve-inoperable"],
  hydrant: ["hydrant"],
  hydrant_dry: ["hydrant-dry"],
  source: ["source"],
  source_shut: ["source-shut"],
  one_way: ["one-way"],
  burst: ["burst"],
  key_user: ["key-user-in", "医"],
  crew: ["crew"],
};
const ORDER = [...Object.keys(SWATCHES).slice(2), ...Object.keys(GLYPHS), "trunk", "main"];

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

/** A Leaflet control; `show(keys)` draws the entries of the set given, in the board's order. */
export function legendControl() {
  const control = L.control({ position: "bottomleft" });
  const details = document.createElement("details");
  const list = document.createElement("ul");
  let shown = "";
  control.onAdd = () => {
    details.className = "legend";
    details.open = !readFolded();
    const summary = document.createElement("summary");
    summary.textContent = t("legend");
    list.className = "legend__items";
    details.append(summary, list);
    details.addEventListener("toggle", () => localStorage.setItem(STORE, details.open ? "no" : "yes"));
    L.DomEvent.disableClickPropagation(details);
    L.DomEvent.disableScrollPropagation(details);
    return details;
  };
  control.show = (keys) => {
    const wanted = ORDER.filter((key) => keys.has(key));
    details.hidden = wanted.length === 0;
    if (wanted.join() === shown) return;
    shown = wanted.join();
    // The markup holds symbols only; the words go in as text.
    list.replaceChildren(
      ...wanted.map((key) => {
        const item = document.createElement("li");
        item.innerHTML = sample(key);
        item.append(t(key));
        return item;
      }),
    );
  };
  return control;
}
