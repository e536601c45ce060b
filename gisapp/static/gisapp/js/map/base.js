// The live map: panes, zooms, background and network from vector tiles, controls, legend.
// It stands on <div data-map> (ui/map_view.html) and on django-leaflet's local Leaflet.

/* global L, protomapsL */

import { icon } from "gisapp/icons";
import { again } from "gisapp/map/again";
import { startAssetPopups } from "gisapp/map/asset_popup";
import { mapColours } from "gisapp/map/colours";
import { legendControl } from "gisapp/map/legend";
import { keysOnScreen } from "gisapp/map/on_screen";
import { tileStyle } from "gisapp/map/tile_style";
import { isChinese, t } from "gisapp/texts";
import { onThemeChange } from "gisapp/theme";
import { toast } from "gisapp/toast";

// Bottom to top; the tiles' own land, streets and pipes share one canvas in the lowest.
const PANES = {
  land: 200, weak: 310, zone: 320, unintended: 330, zonepipes: 340, hydrants: 400, valves: 410,
  sources: 420, keyusers: 430, names: 490, planvalves: 500, burst: 510, crews: 520, selection: 600,
};
const FIT_PADDING = [64, 64];
// Tiles hold 512 px of screen: what is asked for at zoom z is drawn at z + 1.
const DEEPEST_TILE = 16;

function addPanes(map) {
  for (const [name, z] of Object.entries(PANES)) map.createPane(name).style.zIndex = z;
  map.getPane("popupPane").style.zIndex = 700;
}

const MetricScale = L.Control.Scale.extend({
  _updateMetric(maxMetres) {
    const metres = this._getRoundNum(maxMetres);
    const text = metres < 1000 ? t("metres", { n: metres }) : t("kilometres", { n: metres / 1000 });
    this._updateScale(this._mScale, text, metres / maxMetres);
  },
});

function toolButton(name, label, run) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", label);
  button.append(icon(name));
  button.addEventListener("click", run);
  return button;
}

function toolsControl(map, fitAgain) {
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => {
    const box = document.createElement("div");
    box.className = "leaflet-bar map-tools";
    box.append(
      toolButton("plus", t("zoom_in"), () => map.zoomIn()),
      toolButton("minus", t("zoom_out"), () => map.zoomOut()),
      toolButton("fit", t("fit"), fitAgain),
    );
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  return control;
}

function tileLayer(map, element, picked) {
  const english = !isChinese();
  const network = "network" in element.dataset;
  const style = () => tileStyle(mapColours(), { latitude: map.getCenter().lat, network, english, picked });
  const layer = protomapsL.leafletLayer({
    ...style(),
    url: element.dataset.tiles,
    pane: "land",
    attribution: "",
    maxDataZoom: Number(element.dataset.deepestTile) || DEEPEST_TILE,
    lang: document.documentElement.lang,
  });
  // A tile that got lost would stay a hole in the map until somebody moved it.
  for (const { tileCache } of layer.views.values()) {
    const { source } = tileCache;
    source.get = again(source.get.bind(source), { onGivenUp: () => layer.fire("tileerror") });
  }
  onThemeChange(() => {
    Object.assign(layer, style());
    layer.clearLayout();
    layer.rerenderTiles();
  });
  return layer.addTo(map);
}

function startView(element) {
  const [lat, lng] = (element.dataset.centre || "").split(",").map(Number);
  const known = Number.isFinite(lat) && Number.isFinite(lng);
  return { center: known ? [lat, lng] : [22.93, 110.05], zoom: Number(element.dataset.zoom) || 15 };
}

/** The map of an element, with what other modules need of it. */
class LiveMap {
  constructor(element) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.element = element;
    this.map = L.map(element, {
      ...startView(element),
      minZoom: 10,
      maxZoom: 20,
      zoomControl: false,
      attributionControl: false,
      zoomAnimation: !calm,
      fadeAnimation: !calm,
      inertia: !calm,
    });
    this.extraKeys = new Set();
    this.overlays = new Set(); // what overlay.js drew here
    this.home = null;
    this.moved = false;
    addPanes(this.map);
    this.picked = new Set(); // ids of pipes that stand out
    this.tiles = element.dataset.tiles ? tileLayer(this.map, element, this.picked) : null;
    this.addControls();
    this.watch();
    if (element.dataset.assets) startAssetPopups(this);
  }

  addControls() {
    toolsControl(this.map, () => this.fitAgain()).addTo(this.map);
    new MetricScale({ imperial: false, position: "bottomright", maxWidth: 96 }).addTo(this.map);
    this.legend = legendControl().addTo(this.map);
  }

  watch() {
    const userMoved = () => (this.moved = true);
    this.map.on("dragstart", userMoved);
    this.element.addEventListener("wheel", userMoved, { passive: true });
    this.map.on("moveend zoomend", () => this.refreshLegend());
    this.tiles?.on("load", () => this.refreshLegend());
    let told = false;
    this.tiles?.on("tileerror", () => {
      if (!told) toast(t("map_failed"), { error: true });
      told = true;
    });
    new ResizeObserver(() => this.map.invalidateSize({ pan: false })).observe(this.element);
  }

  /** Show `bounds` with 64 px around, once: never again after the reader has moved the map. */
  fitOnce(bounds) {
    const first = this.home === null;
    this.home = bounds;
    if (first && !this.moved) this.fitAgain({ animate: false });
  }

  fitAgain({ animate = true } = {}) {
    if (!this.home?.isValid()) return;
    const size = this.map.getSize();
    const padding = FIT_PADDING.map((value) => Math.min(value, size.x / 6, size.y / 6));
    this.map.fitBounds(this.home, { padding, maxZoom: 17, animate });
  }

  /** Legend entries that an overlay adds: a function that returns the keys in view. */
  addLegendSource(keysInView) {
    this.extraKeys.add(keysInView);
    this.refreshLegend();
  }

  refreshLegend() {
    const keys = this.tiles && "network" in this.element.dataset
      ? keysOnScreen(this.map, this.tiles)
      : new Set();
    for (const source of this.extraKeys) for (const key of source()) keys.add(key);
    this.legend.show(keys);
  }

  /** Id of the pipe nearest to a place, within `brush` pixels, or null. */
  pipeAt({ lat, lng }, brush = 12) {
    if (!this.tiles) return null;
    const found = this.tiles.queryTileFeaturesDebug(lng, lat, brush).get("") ?? [];
    const pipe = found.find(({ layerName }) => layerName === "pipe");
    return pipe ? pipe.feature.props.id : null;
  }

  /** Let the pipes with these ids stand out, and no others. */
  showPicked(ids) {
    this.picked.clear();
    for (const id of ids) this.picked.add(id);
    this.tiles?.rerenderTiles();
  }

  /** Ask for the tiles again, after valves have changed. */
  refreshTiles() {
    this.tiles?.views.forEach((view) => view.tileCache.cache.clear());
    this.tiles?.clearLayout();
    this.tiles?.rerenderTiles();
  }
}

const made = new WeakMap();

/** The live map of an element, made on the first call. */
export function createMap(element) {
  if (!made.has(element)) made.set(element, new LiveMap(element));
  return made.get(element);
}
