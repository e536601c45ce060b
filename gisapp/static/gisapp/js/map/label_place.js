// Where the name of an area stands so that it covers no number. Pure: pixels in, pixels out.

const STEP_PX = 26;
const RINGS = 6;

/** Half the box of a label, in pixels: its text at 13 px bold, its padding and border. */
export function labelBox(text) {
  const width = [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? 13 : 8), 0);
  return { x: width / 2 + 10, y: 13 };
}

/** How many of the discs ({x, y, r}) a box around `at` with half sides `half` covers. */
export function covered(at, half, discs) {
  return discs.filter(
    ({ x, y, r }) => Math.abs(x - at.x) < half.x + r && Math.abs(y - at.y) < half.y + r,
  ).length;
}

/** The places to try: where it would like to stand, then around it, nearest first. */
function* places({ x, y }) {
  yield { x, y };
  for (let ring = 1; ring <= RINGS; ring += 1) {
    const far = ring * STEP_PX;
    for (const [dx, dy] of [[0, -1], [0, 1], [1, 0], [-1, 0], [1, -1], [-1, -1], [1, 1], [-1, 1]]) {
      yield { x: x + dx * far, y: y + dy * far };
    }
  }
}

/**
 * The nearest place to `at` where a box with half sides `half` covers none of `discs` ({x, y, r});
 * where there is none, the one that covers the fewest. Numbers win: only the label moves.
 */
export function clearPlace(at, half, discs) {
  let best = at;
  let least = Infinity;
  for (const place of places(at)) {
    const count = covered(place, half, discs);
    if (count === 0) return place;
    if (count < least) [best, least] = [place, count];
  }
  return best;
}
