import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { formatRemaining, shareUsed, stageOf } = await load("remaining.js");
const { fold, isTyping, keyName } = await load("key_rules.js");
const { arrowStep, distanceM, moveBy } = await load("map/metres.js");
const { newKey } = await load("new_key.js");
const { spread } = await load("map/spread.js");
const { isTrunk, pipeWidth, streetWidth } = await load("map/widths.js");

const S = 1000;
const days = (d, h) => `${d} 天 ${h} 时`;

test("a countdown reads as on the board", () => {
  const cases = [
    [34 * S, "0:34"],
    [(11 * 60 + 40) * S, "11:40"],
    [38 * 60 * S, "38:00"],
    [3960 * S, "1:06:00"],
    [(30 * 3600 + 59) * S, "1 天 6 时"],
    [-192 * S, "+3:12"],
    [0, "0:00"],
  ];
  for (const [left, text] of cases) assert.equal(formatRemaining(left, days), text);
});

test("a key is a random UUID also where the browser offers none", () => {
  const keys = new Set(Array.from({ length: 50 }, newKey));
  assert.equal(keys.size, 50);
  for (const key of keys) assert.match(key, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test("a deadline warns, then is late", () => {
  assert.equal(stageOf(0, 61 * S, 60 * S), "running");
  assert.equal(stageOf(1 * S, 61 * S, 60 * S), "warn");
  assert.equal(stageOf(61 * S, 61 * S, 60 * S), "late");
});

test("the share used stays between nothing and all, and is unknown without a start", () => {
  assert.equal(shareUsed(5, 0, 10), 0.5);
  assert.equal(shareUsed(50, 0, 10), 1);
  assert.equal(shareUsed(5, null, 10), null);
  assert.equal(shareUsed(5, 10, 10), null);
});

test("letters typed into a field or an input method are no commands", () => {
  assert.equal(isTyping({ tagName: "INPUT", type: "text" }), true);
  assert.equal(isTyping({ tagName: "DIV", isComposing: true }), true);
  assert.equal(isTyping({ tagName: "INPUT", type: "checkbox" }), false);
  assert.equal(isTyping({ tagName: "DIV" }), false);
});

test("keys are named as templates write them, and G opens a sequence", () => {
  assert.equal(keyName({ key: "B" }), "b");
  assert.equal(keyName({ key: "Enter", metaKey: true }), "Ctrl+Enter");
  assert.equal(keyName({ key: "b", altKey: true }), "");
  assert.deepEqual(fold("", "g"), ["", "g"]);
  assert.deepEqual(fold("g", "b"), ["g b", ""]);
  assert.deepEqual(fold("", "b"), ["b", ""]);
});

test("an arrow moves the cross-hair ten metres on the ground, with Shift one", () => {
  const start = { lat: 22.93, lng: 110.05 };
  for (const [shift, metres] of [[false, 10], [true, 1]]) {
    for (const key of ["ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft"]) {
      const moved = moveBy(start, ...arrowStep(key, shift));
      assert.ok(Math.abs(distanceM(start, moved) - metres) < 0.01, key);
    }
  }
  assert.ok(moveBy(start, ...arrowStep("ArrowUp", false)).lat > start.lat);
  assert.equal(arrowStep("Tab", false), null);
});

test("numbers that collide move apart, none is lost, free ones stay", () => {
  const far = { x: 500, y: 500 };
  const placed = spread([{ x: 0, y: 0 }, { x: 5, y: 0 }, { x: 0, y: 0 }, far], 27);
  assert.equal(placed.length, 4);
  assert.deepEqual(placed[3], far);
  for (let i = 0; i < 3; i += 1) {
    for (let j = i + 1; j < 3; j += 1) {
      const gap = Math.hypot(placed[i].x - placed[j].x, placed[i].y - placed[j].y);
      assert.ok(gap >= 26.5, `${i} and ${j} are ${gap} apart`);
    }
  }
});

test("line widths follow diameter and role", () => {
  assert.equal(pipeWidth({ dn: 80 }), 1.4);
  assert.equal(pipeWidth({ dn: 100 }), 2.2);
  assert.equal(pipeWidth({ dn: 300 }), 3);
  assert.equal(pipeWidth({ dn: 400 }), 4.5);
  assert.equal(pipeWidth({ dn: 200, role: "trunk" }), 4.5);
  assert.equal(pipeWidth({ dn: 50, role: "service" }), 1);
  assert.equal(isTrunk({ dn: 399 }), false);
});

test("a street is as wide on the screen as on the ground", () => {
  const at17 = streetWidth({ width: 22 }, 17, 22.93);
  const at16 = streetWidth({ width: 22 }, 16, 22.93);
  assert.ok(Math.abs(at17 / at16 - 2) < 1e-9);
  assert.ok(at17 > 18 && at17 < 22);
});
