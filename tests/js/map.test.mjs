import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { clearPlace, covered, labelBox } = await load("map/label_place.js");
const { spread } = await load("map/spread.js");
const { again } = await load("map/again.js");
const { groupNear } = await load("finding_groups.js", "network");

test("a label stays where it covers no number", () => {
  assert.deepEqual(clearPlace({ x: 50, y: 50 }, labelBox("261122-01"), [{ x: 300, y: 50, r: 13 }]), { x: 50, y: 50 });
});

test("a label moves off the numbers, and no further than it must", () => {
  const half = labelBox("261122-01");
  const discs = [{ x: 50, y: 50, r: 13 }, { x: 70, y: 60, r: 18 }];
  const place = clearPlace({ x: 50, y: 50 }, half, discs);
  assert.equal(covered(place, half, discs), 0);
  assert.ok(Math.hypot(place.x - 50, place.y - 50) <= 60);
});

test("a label among too many numbers covers as few as it can", () => {
  const discs = [];
  for (let x = -600; x <= 600; x += 20) for (let y = -600; y <= 600; y += 20) discs.push({ x, y, r: 13 });
  const half = labelBox("261122-01");
  const place = clearPlace({ x: 0, y: 0 }, half, discs);
  assert.ok(covered(place, half, discs) <= covered({ x: 0, y: 0 }, half, discs));
});

test("Chinese letters are wider than Latin ones", () => {
  assert.ok(labelBox("停水停水").x > labelBox("abcd").x);
});

test("numbers make room for a burst, which stays", () => {
  const burst = { x: 100, y: 100, r: 31 };
  const placed = spread([{ x: 100, y: 100 }, { x: 110, y: 104 }, { x: 300, y: 300 }], 27, [burst]);
  for (const { x, y } of placed) assert.ok(Math.hypot(x - 100, y - 100) >= 30.9);
  assert.ok(Math.hypot(placed[0].x - placed[1].x, placed[0].y - placed[1].y) >= 26.9);
  assert.deepEqual(placed[2], { x: 300, y: 300 });
});

test("what got lost is asked for again", async () => {
  const paused = [];
  let asked = 0;
  const ask = again(async (what) => {
    asked += 1;
    if (asked < 3) throw new TypeError("Failed to fetch");
    return what;
  }, { wait: async (ms) => paused.push(ms) });
  assert.equal(await ask("tile"), "tile");
  assert.deepEqual([asked, paused.length], [3, 2]);
});

test("what never comes is given up and said once", async () => {
  let told = 0;
  let asked = 0;
  const lost = async () => {
    asked += 1;
    throw new TypeError("Failed to fetch");
  };
  const ask = again(lost, { onGivenUp: () => (told += 1), pauses: [1, 2], wait: async () => {} });
  await assert.rejects(ask(), /Failed to fetch/);
  assert.deepEqual([asked, told], [3, 1]);
});

test("what was called off is not asked for again", async () => {
  let asked = 0;
  const ask = again(async () => {
    asked += 1;
    throw new DOMException("gone", "AbortError");
  }, { wait: async () => {} });
  await assert.rejects(ask());
  assert.equal(asked, 1);
});

test("findings group by what the screen cannot tell apart", () => {
  const points = [{ x: 0, y: 0 }, { x: 9, y: 0 }, { x: 18, y: 0 }, { x: 100, y: 0 }, { x: 0, y: 5 }];
  // The third is near the second, but not near the first of the group.
  assert.deepEqual(groupNear(points, 10), [[0, 1, 4], [2], [3]]);
});

test("every finding is in exactly one group", () => {
  const points = Array.from({ length: 200 }, (_, i) => ({ x: (i * 37) % 211, y: (i * 53) % 197 }));
  const groups = groupNear(points, 25);
  assert.deepEqual(groups.flat().sort((a, b) => a - b), points.map((_, i) => i));
  for (const [first, ...others] of groups) {
    for (const i of others) assert.ok(Math.hypot(points[first].x - points[i].x, points[first].y - points[i].y) < 25);
  }
  assert.deepEqual(groupNear([], 10), []);
});
