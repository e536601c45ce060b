// Draws a plan, or public areas, over the live map from GeoJSON (EPSG:4326).
// properties.kind: zone, unintended, zone-pipe {dn}, unintended-pipe {dn}, weak-pipe,
// valve {id, number, status, rotation}, outlet {id, number, status}, burst {past}, hydrant {id, dry}, key-user and special-user
// {id, symbol, inside}, past and past-pipe {dn}: what is over, drawn as history,
// source {id, shut}, crew {id, name, minutes, stale}, area {state: off|planned|returning, label}.

/* global L */

import { glyphIcon, glyphOf, glyphTitle, tagIcon } from "gisapp/map/glyphs";
import { clearPlace, labelBox } from "gisapp/map/label_place";
import { spread } from "gisapp/map/spread";
import { pipeWidth } from "gisapp/map/widths";
import { t } from "gisapp/texts";

const POINT_PANES = {
  burst: "burst", hydrant: "hydrants", "key-user": "keyusers", "special-user": "keyusers",
  source: "sources", crew: "crews",
};
const MERGE_UNDER_ZOOM = 14;
const DISC_GAP_PX = 27;
// What a label may not cover: radius of a number, of a burst.
const DISC_PX = 13;
const BURST_PX = 18;
const PLAN_STATUSES = new Set(["waiting", "todo", "operating", "done", "reopen", "void", "cannot"]);
const STEPS = new Set(["valve", "outlet"]); // what is numbered
const LEGEND_OF_KIND = {
  zone: "zone", unintended: "unintended", "weak-pipe": "weak", burst: "burst", crew: "crew",
  "key-user": "key_user", "special-user": "special_user", past: "past",
};

function areaOptions(properties) {
  const { kind, state } = properties;
  if (kind === "past") return { pane: "zone", className: "ov-past" };
  if (kind === "zone" || state === "off") return { pane: "zone", className: "ov-zone" };
  if (kind === "unintended") {
    return { pane: "unintended", className: "ov-unintended", fillColor: "url(#hatch-unintended)" };
  }
  if (state === "planned") return { pane: "zone", className: "ov-planned", fillColor: "url(#dots-planned)" };
  return { pane: "zone", className: "ov-returning" };
}

function legendKey(properties) {
  if (properties.past) return null; // its area says what it is
  if (properties.kind === "area") return properties.state;
  if (["valve", "hydrant", "source", "outlet"].includes(properties.kind)) {
    return glyphOf(properties).replaceAll("-", "_");
  }
  return LEGEND_OF_KIND[properties.kind] ?? null;
}

/** Where an area's name stands unless the server says: the middle of its own shape. */
function middle(layer) {
  const shape = layer.getLayers()[0];
  return shape?.getCenter && shape._map ? shape.getCenter() : layer.getBounds().getCenter();
}

class Overlay {
  constructor(live, geojson, { onSelect = null } = {}) {
    this.live = live;
    this.onSelect = onSelect;
    this.group = L.layerGroup().addTo(live.map);
    this.numbers = L.layerGroup().addTo(live.map);
    this.names = L.layerGroup().addTo(live.map);
    this.labels = [];
    this.discs = [];
    this.bursts = [];
    live.overlays.add(this);
    this.assets = new Map();
    this.entries = [];
    this.planValves = [];
    this.renderers = new Map();
    geojson.features.forEach((feature) => this.add(feature));
    this.drawNumbers();
    this.drawLabels();
    this.redraw = () => {
      this.drawNumbers();
      queueMicrotask(() => this.drawLabels()); // after the numbers of every overlay
    };
    live.map.on("zoomend", this.redraw);
    this.keys = () => this.keysInView();
    live.addLegendSource(this.keys);
    live.fitOnce(this.bounds());
  }

  renderer(pane) {
    if (!this.renderers.has(pane)) this.renderers.set(pane, L.svg({ pane, padding: 0.5 }));
    return this.renderers.get(pane);
  }

  add(feature) {
    const { kind } = feature.properties;
    if (feature.geometry === null) return;
    if (["zone", "unintended", "past", "area"].includes(kind)) this.addArea(feature);
    else if (kind.endsWith("-pipe")) this.addPipe(feature);
    else this.addPoint(feature);
  }

  remember(properties, layer) {
    const bounds = layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]);
    this.entries.push({ key: legendKey(properties), bounds, kind: properties.kind });
  }

  addArea(feature) {
    const { properties } = feature;
    const options = areaOptions(properties);
    const style = { ...options, renderer: this.renderer(options.pane), fillOpacity: 1 };
    const layer = L.geoJSON(feature, { style, pane: options.pane }).addTo(this.group);
    if (properties.label) {
      const modifier = properties.kind === "past" ? "past" : properties.state === "off" ? "" : properties.state ?? "";
      const at = L.latLng(properties.label_at ? [...properties.label_at].reverse() : middle(layer));
      this.labels.push({ at, text: properties.label, modifier });
    }
    this.remember(properties, layer);
    if (properties.id) this.link(properties, layer);
  }

  addPipe(feature) {
    const { kind } = feature.properties;
    const pane = kind === "weak-pipe" ? "weak" : "zonepipes";
    const weight = pipeWidth(feature.properties) + 1.5;
    const draw = (className, width) =>
      L.geoJSON(feature, {
        pane,
        style: { className, weight: width, renderer: this.renderer(pane), lineCap: "round" },
        interactive: false,
      }).addTo(this.group);
    if (kind !== "weak-pipe") draw("ov-halo", weight + 6);
    this.remember(feature.properties, draw(`ov-${kind}`, weight));
  }

  addPoint(feature) {
    const { properties } = feature;
    const [lng, lat] = feature.geometry.coordinates;
    if (STEPS.has(properties.kind) && properties.number !== undefined && PLAN_STATUSES.has(properties.status)) {
      this.planValves.push({ properties, at: L.latLng(lat, lng) });
      this.entries.push({ key: legendKey(properties), bounds: L.latLngBounds([[lat, lng]]), kind: properties.kind });
      return;
    }
    const marker = this.marker(L.latLng(lat, lng), properties).addTo(this.group);
    if (properties.kind === "burst") this.bursts.push(marker.getLatLng());
    this.remember(properties, marker);
  }

  marker(at, properties) {
    const { kind } = properties;
    const crew = kind === "crew";
    const drawn = crew
      ? tagIcon(t("crew_minutes", { name: properties.name, n: properties.minutes ?? "—" }), properties.stale ? "crew map-tag--stale" : "crew")
      : glyphIcon(properties);
    const title = glyphTitle(properties);
    const marker = L.marker(at, {
      icon: drawn,
      pane: POINT_PANES[kind] ?? (properties.number === undefined ? "valves" : "planvalves"),
      alt: title,
      keyboard: Boolean(this.onSelect && properties.id),
    });
    // A text, never markup: names come out of the register as somebody typed them.
    marker.bindTooltip(document.createTextNode(title), { className: "map-tip", direction: "top", offset: [0, -12] });
    if (properties.id) this.link(properties, marker);
    return marker;
  }

  link(properties, layer) {
    this.assets.set(properties.id, layer);
    layer.on("mouseover focus", () => light(this, properties.id, true));
    layer.on("mouseout blur", () => light(this, properties.id, false));
    layer.on("add", () => layer.getElement?.()?.setAttribute("data-asset", properties.id));
    if (this.onSelect) layer.on("click", () => this.onSelect(properties));
  }

  /** Numbers never vanish: merged under zoom 14, else moved apart on leaders. */
  drawNumbers() {
    this.numbers.clearLayers();
    this.discs = [];
    if (this.planValves.length === 0) return;
    const { map } = this.live;
    const valves = this.planValves.filter(({ properties }) => properties.kind === "valve");
    if (map.getZoom() < MERGE_UNDER_ZOOM && valves.length > 1) {
      const centre = L.latLngBounds(valves.map(({ at }) => at)).getCenter();
      const text = t("valves_merged", { n: valves.length });
      this.discs.push(centre);
      L.marker(centre, { icon: tagIcon(text, "plan"), pane: "planvalves", keyboard: false }).addTo(this.numbers);
      return;
    }
    const points = this.planValves.map(({ at }) => map.latLngToLayerPoint(at));
    const bursts = this.bursts.map((at) => ({ ...map.latLngToLayerPoint(at), r: BURST_PX + DISC_PX }));
    spread(points, DISC_GAP_PX, bursts).forEach((point, i) => this.drawNumber(i, points[i], L.point(point)));
  }

  drawNumber(i, from, point) {
    const { at, properties } = this.planValves[i];
    const place = this.live.map.layerPointToLatLng(point);
    this.discs.push(place);
    if (from.distanceTo(point) > 4) {
      L.polyline([at, place], {
        pane: "valves",
        renderer: this.renderer("valves"),
        className: "ov-leader",
        interactive: false,
      }).addTo(this.numbers);
    }
    this.marker(place, properties).addTo(this.numbers);
  }

  /** Names of areas, each beside the numbers and bursts of every overlay and the other names. */
  drawLabels() {
    this.names.clearLayers();
    if (this.labels.length === 0) return;
    const { map, overlays } = this.live;
    const taken = [...overlays].flatMap(({ discs, bursts }) => [
      ...discs.map((at) => ({ ...map.latLngToLayerPoint(at), r: DISC_PX })),
      ...bursts.map((at) => ({ ...map.latLngToLayerPoint(at), r: BURST_PX })),
    ]);
    for (const { at, text, modifier } of this.labels) {
      const half = labelBox(text);
      const place = clearPlace(map.latLngToLayerPoint(at), half, taken);
      taken.push({ ...place, r: half.y });
      L.marker(map.layerPointToLatLng(L.point(place.x, place.y)), {
        icon: tagIcon(text, modifier), pane: "names", interactive: false, keyboard: false,
      }).addTo(this.names);
    }
  }

  bounds() {
    const wanted = this.entries.filter(({ kind }) => !["source", "crew", "weak-pipe"].includes(kind));
    return (wanted.length > 0 ? wanted : this.entries)
      .reduce((all, { bounds }) => all.extend(bounds), L.latLngBounds([]));
  }

  keysInView() {
    const view = this.live.map.getBounds();
    return this.entries.filter(({ key, bounds }) => key && view.intersects(bounds)).map(({ key }) => key);
  }

  /** Take it off the map. */
  remove() {
    this.live.map.off("zoomend", this.redraw);
    this.live.extraKeys.delete(this.keys);
    this.group.remove();
    this.numbers.remove();
    this.names.remove();
    this.live.overlays.delete(this);
    this.live.refreshLegend();
  }
}

function light(overlay, id, on) {
  overlay.assets.get(id)?.getElement?.()?.classList.toggle("is-lit", on);
  overlay.assets.get(id)?.getElement?.()?.classList.toggle("ov-lit", on && !isMarker(overlay, id));
  document.querySelectorAll(`[data-asset="${CSS.escape(id)}"]:not(.glyph-icon)`).forEach((row) => {
    row.classList.toggle("is-lit", on);
  });
}

function isMarker(overlay, id) {
  return overlay.assets.get(id) instanceof L.Marker;
}

/** Draw `geojson` on a live map (map/base.js). `onSelect(properties)` makes symbols buttons. */
export function drawOverlay(live, geojson, options) {
  return new Overlay(live, geojson, options);
}

/** Light the symbol of a list row, and back, for every [data-asset] row under `root`. */
export function linkRows(root, overlay) {
  const on = (event, value) => {
    const row = event.target.closest("[data-asset]");
    if (row && root.contains(row)) light(overlay, row.dataset.asset, value);
  };
  root.addEventListener("mouseover", (event) => on(event, true));
  root.addEventListener("mouseout", (event) => on(event, false));
  root.addEventListener("focusin", (event) => on(event, true));
  root.addEventListener("focusout", (event) => on(event, false));
}
