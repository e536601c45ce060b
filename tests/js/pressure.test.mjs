// The layer of weak pressures: what is asked for, drawn and told, on a map that only takes notes.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { load } from "./load.mjs";

class Group {
  constructor() {
    this.layers = [];
    this.shown = false;
  }
  addTo() {
    this.shown = true;
    return this;
  }
  remove() {
    this.shown = false;
  }
  clearLayers() {
    this.layers = [];
  }
}

const layer = (kind, options, place) => ({
  kind, options, tip: "",
  addTo(group) {
    group.layers.push(this);
    return this;
  },
  bindTooltip(text) {
    this.tip = text;
    return this;
  },
  ...(place ? { getLatLng: () => place } : { getBounds: () => "here" }),
});

globalThis.document = { createTextNode: (text) => text };
globalThis.L = {
  svg: () => ({}),
  layerGroup: () => new Group(),
  latLngBounds: ([place]) => place,
  geoJSON: (feature, { style }) => layer("pipe", style),
  circleMarker: (place, options) => layer("dot", options, place),
};

const feature = (kind, grade, more = {}) => ({
  properties: { kind, grade, label: `${grade} m`, ...more },
  geometry: { coordinates: [110.05, 22.93] },
});
const FOUND = [
  feature("weak-pipe", "under_7", { dn: 200 }),
  feature("weak-customer", "under_7"),
  feature("weak-customer", "before"),
];

const { pressureLayer } = await load("map/pressure.js");
let live;
let asked;
let answer;

beforeEach(() => {
  asked = [];
  answer = async () => ({ ok: true, json: async () => ({ features: FOUND }) });
  globalThis.fetch = (url) => {
    asked.push(url);
    return answer(url);
  };
  live = {
    zoom: 16, sources: [], refreshed: 0, element: { dataset: {} },
    map: { on: (name, act) => (live.zoomed = act), getZoom: () => live.zoom,
           getBounds: () => ({ intersects: () => true }) },
    addLegendSource: (source) => live.sources.push(source),
    refreshLegend: () => (live.refreshed += 1),
  };
});

test("weak pipes and customers are drawn, the worst on top, with their metres as tips", async () => {
  const found = pressureLayer(live);
  await found.follow("/weak");
  assert.deepEqual(found.pipes.layers.map(({ options }) => options.className), ["ov-weak-pipe ov-weak-pipe--under_7"]);
  assert.deepEqual(found.dots.layers.map(({ options }) => options.className.split("--")[1]), ["before", "under_7"]);
  assert.equal(found.dots.layers[1].tip, "under_7 m");
  assert.equal(live.element.dataset.pressure, "3");
});

test("the legend names what is in view", async () => {
  await pressureLayer(live).follow("/weak");
  assert.deepEqual([...new Set(live.sources[0]())].sort(), ["weak_7", "weak_before"]);
});

test("customers show from zoom 15 on: farther out they are a smear", async () => {
  const found = pressureLayer(live);
  await found.follow("/weak");
  assert.equal(found.dots.shown, true);
  live.zoom = 14;
  live.zoomed();
  assert.equal(found.dots.shown, false);
});

test("the same address is asked for once, and an empty one clears", async () => {
  const found = pressureLayer(live);
  await found.follow("/weak");
  await found.follow("/weak");
  assert.deepEqual(asked, ["/weak"]);
  await found.follow("");
  assert.equal(found.pipes.layers.length + found.dots.layers.length, 0);
  assert.ok(!("pressure" in live.element.dataset));
});

test("what got lost draws nothing and is asked for again", async () => {
  answer = async () => Promise.reject(new TypeError("Failed to fetch"));
  const found = pressureLayer(live);
  await found.follow("/weak");
  assert.equal(found.features.length, 0);
  await found.follow("/weak");
  assert.equal(asked.length, 2);
});

test("an answer that comes after another plan was opened is not drawn", async () => {
  let release;
  answer = (url) =>
    url === "/slow"
      ? new Promise((done) => (release = () => done({ ok: true, json: async () => ({ features: FOUND }) })))
      : Promise.resolve({ ok: true, json: async () => ({ features: [FOUND[0]] }) });
  const found = pressureLayer(live);
  const slow = found.follow("/slow");
  await found.follow("/other");
  release();
  await slow;
  assert.equal(live.element.dataset.pressure, "1");
});
