// Map symbols as Leaflet divIcons: kind, state, number, rotation in; shape in, colour by class.

/* global L */

import { spriteHref } from "gisapp/icons";
import { t } from "gisapp/texts";

const NUMBERED = new Set(["todo", "operating", "reopen", "outlet"]);
const BASE = {
  "key-user-in": "key-user", "special-user-in": "special-user", "hydrant-dry": "hydrant", "burst-past": "burst",
};
// The colour of a sign's text where its face is filled.
const FILLED = { todo: "var(--glyph-on)", "key-user-in": "var(--glyph-halo)" };
const SIZE = { todo: 24, operating: 24, done: 24, reopen: 24, outlet: 24, "outlet-done": 24, burst: 34, source: 34, "key-user": 32, "special-user": 22 };
const VALVE_STATUS = {
  waiting: "todo",
  todo: "todo",
  operating: "operating",
  done: "done",
  reopen: "reopen",
  void: "void",
  cannot: "valve-inoperable",
  inoperable: "valve-inoperable",
  closed: "valve-closed",
  open: "valve-open",
};

/** Name the symbol of a feature: {kind, status, dry, inside, shut, past}. */
export function glyphOf({ kind, status, dry, inside, shut, past }) {
  if (kind === "valve") return VALVE_STATUS[status] ?? "valve-open";
  if (kind === "outlet") return status === "done" ? "outlet-done" : "outlet";
  if (kind === "hydrant") return dry ? "hydrant-dry" : "hydrant";
  if (kind === "key-user" || kind === "special-user") return inside ? `${kind}-in` : kind;
  if (kind === "burst" && past) return "burst-past";
  if (kind === "source") return shut ? "source-shut" : "source";
  return kind;
}

function escape(text) {
  const holder = document.createElement("span");
  holder.textContent = text;
  return holder.innerHTML;
}

/** Markup of a symbol; `text` is a number or one character, `rotation` degrees clockwise. */
export function glyphMarkup(name, { text = "", rotation = 0, size = 24 } = {}) {
  const turned = name.startsWith("valve") && rotation ? ` transform="rotate(${Number(rotation)} 12 12)"` : "";
  const wanted = NUMBERED.has(name) || /^(key|special)-user/.test(name) || name === "new";
  const fill = FILLED[name] ?? "currentColor";
  const label = wanted && text !== "" ? `<text x="12" y="12.5" fill="${fill}">${escape(String(text))}</text>` : "";
  return (
    `<svg class="glyph glyph--${name}" viewBox="0 0 24 24" width="${size}" height="${size}" aria-hidden="true">` +
    `<use href="${spriteHref(`glyph-${BASE[name] ?? name}`)}"${turned}></use>${label}</svg>`
  );
}

/** A divIcon for a feature's properties. */
export function glyphIcon(properties) {
  const name = glyphOf(properties);
  const size = SIZE[BASE[name] ?? name] ?? 20;
  const text = properties.number ?? properties.symbol ?? "";
  return L.divIcon({
    className: `glyph-icon glyph-icon--${name}`,
    html: glyphMarkup(name, { text, rotation: properties.rotation, size }),
    iconSize: [size, size],
  });
}

/** A divIcon with words: a time on an area, a crew's pennant, merged numbers. */
export function tagIcon(text, modifier = "") {
  return L.divIcon({
    className: "glyph-icon",
    html: `<span class="map-tag${modifier ? ` map-tag--${modifier}` : ""}">${escape(text)}</span>`,
    iconSize: [0, 0],
  });
}

/** What a screen reader and a tooltip say for a symbol. */
export function glyphTitle(properties) {
  const name = glyphOf(properties).replace(/-(in|past)$/, "");
  const kind = t(name.replace("-", "_"));
  return [kind, properties.number, properties.id, properties.name ?? properties.label]
    .filter((part) => part !== undefined && part !== "")
    .join(" · ");
}
