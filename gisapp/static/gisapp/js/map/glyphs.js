// Map symbols as Leaflet divIcons: kind, state, number, rotation in; shape in, colour by class.

/* global L */

import { spriteHref } from "gisapp/icons";
import { t } from "gisapp/texts";

const NUMBERED = new Set(["todo", "operating", "reopen"]);
const BASE = { "key-user-in": "key-user", "hydrant-dry": "hydrant" };
const SIZE = { todo: 24, operating: 24, done: 24, reopen: 24, burst: 34, source: 34, "key-user": 32 };
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

/** Name the symbol of a feature: {kind, status, dry, inside, shut}. */
export function glyphOf({ kind, status, dry, inside, shut }) {
  if (kind === "valve") return VALVE_STATUS[status] ?? "valve-open";
  if (kind === "hydrant") return dry ? "hydrant-dry" : "hydrant";
  if (kind === "key-user") return inside ? "key-user-in" : "key-user";
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
  const wanted = NUMBERED.has(name) || name.startsWith("key-user") || name === "new";
  const fill = name === "todo" ? "var(--glyph-on)" : "currentColor";
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
  const key = { "key-user": "key_user", "valve-open": "valve_open" };
  const name = glyphOf(properties).replace("-in", "");
  const kind = t(key[name] ?? name.replace("-", "_"));
  return [kind, properties.number, properties.id, properties.name ?? properties.label]
    .filter((part) => part !== undefined && part !== "")
    .join(" · ");
}
