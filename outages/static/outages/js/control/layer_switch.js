// The layer control: tiles and GeoJSON layers of the catalogue, switched on and off.

/* global L */

import { drawOverlay } from "gisapp/map/overlay";
import { onThemeChange } from "gisapp/theme";

const STORE = "layers-off";
const REFRESH_MS = 30_000;
// Drawn from GeoJSON; the others come with the tiles. Key users are asked for by what is in view.
const DRAWN = new Set(["outages", "reports"]);
const BY_VIEW = "key-users";
const BY_VIEW_ZOOM = 16;

const TAKES_CLICKS = "form[data-planned-form], form[data-what-if]";

const kept = () => new Set(JSON.parse(localStorage.getItem(STORE) ?? "[]"));

// Without an answer the map keeps what it shows; the next refresh asks again.
const ask = (url) => fetch(url, { headers: { Accept: "application/geo+json" } }).catch(() => null);

class Layers {
  constructor(live, screen) {
    this.live = live;
    this.boxes = [...screen.querySelectorAll("[data-layer]")];
    this.off = kept();
    this.overlays = new Map();
    this.hidden = "";
    this.rules = null;
    for (const box of this.boxes) {
      box.checked = !this.off.has(box.dataset.layer);
      box.addEventListener("change", () => this.switched());
    }
    onThemeChange(() => setTimeout(() => this.applyTiles(true), 0));
    this.applyTiles(true);
    live.map.on("moveend", () => this.refreshView());
    this.refresh();
    setInterval(() => this.refresh(), REFRESH_MS);
  }

  switched() {
    this.off = new Set(this.boxes.filter((b) => !b.checked).map((b) => b.dataset.layer));
    localStorage.setItem(STORE, JSON.stringify([...this.off]));
    this.applyTiles(false);
    this.refresh();
  }

  /** Leave out the rules of tile layers that are off; `fresh` when the rules were made anew. */
  applyTiles(fresh) {
    const { tiles } = this.live;
    if (!tiles) return;
    if (fresh || !this.rules) this.rules = { paint: tiles.paintRules, label: tiles.labelRules };
    const off = new Set(
      this.boxes.filter((b) => !b.checked && b.dataset.tileLayer).map((b) => b.dataset.tileLayer),
    );
    const shown = (rule) => !off.has(rule.dataLayer);
    tiles.paintRules = this.rules.paint.filter(shown);
    tiles.labelRules = this.rules.label.filter(shown);
    if (off.size > 0 || !fresh) {
      tiles.clearLayout();
      tiles.rerenderTiles();
    }
  }

  /** The case in the panel is drawn by its plan: its own area and report are left out. */
  hide(key) {
    if (key === this.hidden) return;
    this.hidden = key;
    this.redraw();
  }

  async refresh() {
    this.refreshView();
    for (const box of this.boxes) {
      const { layer, url } = box.dataset;
      if (!DRAWN.has(layer)) continue;
      if (!box.checked) {
        this.overlays.get(layer)?.remove();
        this.overlays.delete(layer);
        continue;
      }
      const answer = await ask(url);
      if (answer?.ok) this.draw(layer, await answer.json());
    }
  }

  /** Key users in the window, from the zoom at which assets show. */
  async refreshView() {
    const box = this.boxes.find((b) => b.dataset.layer === BY_VIEW);
    if (!box) return;
    const { map } = this.live;
    const { x, y } = map.getSize(); // nothing while another tab of the phone's screen is shown
    if (!box.checked || map.getZoom() < BY_VIEW_ZOOM || x === 0 || y === 0) {
      this.overlays.get(BY_VIEW)?.remove();
      this.overlays.delete(BY_VIEW);
      return;
    }
    const bbox = map.getBounds().toBBoxString();
    const answer = await ask(`${box.dataset.url}?kinds=key_user&bbox=${bbox}`);
    // The window may have moved on while the answer came.
    if (answer?.ok && bbox === map.getBounds().toBBoxString()) this.draw(BY_VIEW, await answer.json());
  }

  redraw() {
    for (const [layer, overlay] of this.overlays) this.draw(layer, overlay.data);
  }

  draw(layer, data) {
    this.overlays.get(layer)?.remove();
    const inPlan = this.planned?.() ?? new Map();
    const features = data.features.filter(
      ({ properties }) => (this.keyOf(properties) || "-") !== this.hidden && !inPlan.has(properties.id),
    );
    for (const { properties } of features) if (properties.kind === "new") properties.symbol = "!";
    // Everything open never moves the view; only a case that is chosen does.
    const { home } = this.live;
    this.live.home = this.live.home ?? L.latLngBounds([]);
    const overlay = drawOverlay(this.live, { ...data, features }, { onSelect: (p) => this.open(p) });
    this.live.home = home;
    overlay.data = data;
    this.overlays.set(layer, overlay);
  }

  keyOf({ outage, report }) {
    if (outage !== undefined) return `o${outage}`;
    return report === undefined ? "" : `r${report}`;
  }

  open(properties) {
    // A form that takes clicks on the map is not thrown away by one that met an area.
    if (document.querySelector(TAKES_CLICKS) || this.live.element.matches(".is-picking")) return;
    const key = this.keyOf(properties);
    const row = document.querySelector(`[data-case="${key}"]`);
    if (row) row.click();
  }
}

/** Start the layer control; returns refresh() and hide(case key). */
export function startLayers(live, screen) {
  return new Layers(live, screen);
}
