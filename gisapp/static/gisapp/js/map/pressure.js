// Who keeps water but little of it: weak pipes and customers of a plan, from GeoJSON (EPSG:4326).
// properties: kind weak-pipe {dn} or weak-customer; grade under_7, under_10, or before: weak already.

/* global L */

import { pipeWidth } from "gisapp/map/widths";

const LEGEND = { under_7: "weak_7", under_10: "weak", before: "weak_before" };
const DOTS_FROM_ZOOM = 15; // further out, customers are a smear over their pipes
const DOT_PX = 4;

class PressureLayer {
  constructor(live) {
    this.live = live;
    this.url = "";
    this.features = [];
    this.renderer = L.svg({ pane: "weak", padding: 0.3 });
    this.pipes = L.layerGroup().addTo(live.map);
    this.dots = L.layerGroup();
    this.keys = () => this.keysInView();
    live.addLegendSource(this.keys);
    live.map.on("zoomend", () => this.showDots());
  }

  /** Draw what `url` gives; an empty one clears. The same one again changes nothing. */
  async follow(url) {
    if (url === this.url) return;
    this.url = url;
    const answer = url && (await fetch(url, { headers: { Accept: "application/geo+json" } }).catch(() => null));
    if (this.url !== url) return;
    if (url && !answer?.ok) this.url = ""; // asked again with the next panel
    this.draw(answer?.ok ? (await answer.json()).features : []);
  }

  draw(features) {
    this.pipes.clearLayers();
    this.dots.clearLayers();
    // The worst are drawn last, on top.
    this.features = [...features].reverse().map((feature) => {
      const dot = feature.properties.kind === "weak-customer";
      const layer = (dot ? this.dot(feature) : this.line(feature)).addTo(dot ? this.dots : this.pipes);
      layer.bindTooltip(document.createTextNode(feature.properties.label), { sticky: true, className: "map-tip" });
      return { key: LEGEND[feature.properties.grade], bounds: layer.getBounds?.() ?? L.latLngBounds([layer.getLatLng()]) };
    });
    if (features.length > 0) this.live.element.dataset.pressure = String(features.length);
    else delete this.live.element.dataset.pressure;
    this.showDots();
    this.live.refreshLegend();
  }

  line(feature) {
    const { grade } = feature.properties;
    return L.geoJSON(feature, {
      pane: "weak",
      style: {
        pane: "weak", renderer: this.renderer, lineCap: "round",
        className: `ov-weak-pipe ov-weak-pipe--${grade}`, weight: pipeWidth(feature.properties) + 2,
      },
    });
  }

  dot(feature) {
    const [lng, lat] = feature.geometry.coordinates;
    const className = `ov-weak-dot ov-weak-dot--${feature.properties.grade}`;
    return L.circleMarker([lat, lng], { pane: "weak", renderer: this.renderer, radius: DOT_PX, className });
  }

  showDots() {
    const near = this.live.map.getZoom() >= DOTS_FROM_ZOOM;
    if (near) this.dots.addTo(this.live.map);
    else this.dots.remove();
  }

  keysInView() {
    const view = this.live.map.getBounds();
    return this.features.filter(({ bounds }) => view.intersects(bounds)).map(({ key }) => key);
  }
}

/** A layer of weak pressures on a live map: nothing until follow(url). */
export function pressureLayer(live) {
  return new PressureLayer(live);
}
