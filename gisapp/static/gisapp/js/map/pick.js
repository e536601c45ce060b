// Places a point: by a click, or by keys on a cross-hair (arrows 10 m, Shift 1 m, Enter sets).

/* global L */

import { announce } from "gisapp/live";
import { arrowStep, moveBy } from "gisapp/map/metres";
import { spriteHref } from "gisapp/icons";
import { t } from "gisapp/texts";

function crossHair() {
  const NS = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "cross-hair");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("fill", "none");
  svg.setAttribute("stroke", "currentColor");
  svg.setAttribute("stroke-width", "1.5");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(NS, "use");
  use.setAttribute("href", spriteHref("locate"));
  svg.append(use);
  return svg;
}

class Picker {
  constructor(live, { onPick, onCancel = () => {} }) {
    this.live = live;
    this.onPick = onPick;
    this.onCancel = onCancel;
    this.hair = crossHair();
    this.click = ({ latlng }) => this.set(latlng);
    this.key = (event) => this.onKey(event);
  }

  get active() {
    return this.hair.isConnected;
  }

  /** Begin: the cross-hair stands in the middle and the map has the focus. */
  start() {
    if (this.active) return;
    const { map, element } = this.live;
    element.append(this.hair);
    element.classList.add("is-picking");
    map.keyboard.disable(); // its arrows pan by pixels; ours move by metres
    map.on("click", this.click);
    element.addEventListener("keydown", this.key, true);
    element.focus({ preventScroll: true });
    announce(t("pick_start"));
  }

  /** End without a point. */
  stop() {
    if (!this.active) return;
    const { map, element } = this.live;
    this.hair.remove();
    element.classList.remove("is-picking");
    map.keyboard.enable();
    map.off("click", this.click);
    element.removeEventListener("keydown", this.key, true);
  }

  set({ lat, lng }) {
    this.stop();
    this.live.moved = true;
    announce(t("pick_set"));
    this.onPick({ lat, lng });
  }

  onKey(event) {
    const step = arrowStep(event.key, event.shiftKey);
    const { map } = this.live;
    if (step) map.setView(moveBy(map.getCenter(), ...step), map.getZoom(), { animate: false });
    else if (event.key === "Enter") this.set(map.getCenter());
    else if (event.key === "Escape") {
      this.stop();
      this.onCancel();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** A tool that picks a place on a live map: start(), stop(), active. */
export function createPicker(live, options) {
  return new Picker(live, options);
}

/** A pin for the place that was picked; it stands on no map yet. */
export function placePin() {
  return L.marker([0, 0], {
    keyboard: false,
    pane: "selection",
    icon: L.divIcon({
      className: "glyph-icon",
      html: `<svg class="glyph glyph--todo" viewBox="0 0 24 24" width="34" height="34" aria-hidden="true"><use href="${spriteHref("glyph-pin")}"></use></svg>`,
      iconSize: [34, 34],
      iconAnchor: [17, 33],
    }),
  });
}

/** Wire a form to a map: hidden or typed inputs `latitude` and `longitude` follow the point. */
export function pickIntoForm(live, form, { latitude = "lat", longitude = "lon", onPick = null } = {}) {
  const pin = placePin();
  const put = (place) => {
    form.elements[latitude].value = place.lat.toFixed(6);
    form.elements[longitude].value = place.lng.toFixed(6);
    pin.setLatLng(place).addTo(live.map);
    onPick?.(place);
  };
  const given = [form.elements[latitude].value, form.elements[longitude].value].map(Number);
  if (given.every((value) => Number.isFinite(value) && value !== 0)) {
    pin.setLatLng(given).addTo(live.map);
  }
  return createPicker(live, { onPick: put });
}
