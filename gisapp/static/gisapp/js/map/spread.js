// Keeps numbered discs apart. Pure: screen points in, screen points out, in pixels.

const ROUNDS = 40;

/**
 * Move points that stand closer than `gap` apart from each other; the order decides nothing, no
 * point is dropped. Returns new points [{x, y}] in the same order.
 */
export function spread(points, gap) {
  const placed = points.map(({ x, y }) => ({ x, y }));
  for (let round = 0; round < ROUNDS; round += 1) {
    if (!pushApart(placed, gap)) break;
  }
  return placed;
}

function pushApart(placed, gap) {
  let moved = false;
  for (let i = 0; i < placed.length; i += 1) {
    for (let j = i + 1; j < placed.length; j += 1) {
      const a = placed[i];
      const b = placed[j];
      let dx = b.x - a.x;
      let dy = b.y - a.y;
      const distance = Math.hypot(dx, dy);
      if (distance >= gap - 0.01) continue;
      if (distance < 0.01) {
        // Two at one place: part them in directions that differ by their order.
        dx = Math.cos(i + j);
        dy = Math.sin(i + j);
      } else {
        dx /= distance;
        dy /= distance;
      }
      const push = (gap - distance) / 2 + 0.01;
      a.x -= dx * push;
      a.y -= dy * push;
      b.x += dx * push;
      b.y += dy * push;
      moved = true;
    }
  }
  return moved;
}
