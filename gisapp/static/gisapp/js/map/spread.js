// Keeps numbered discs apart. Pure: screen points in, screen points out, in pixels.

const ROUNDS = 40;

/**
 * Move points that stand closer than `gap` apart from each other, and out of the `fixed` discs
 * ({x, y, r}), which stay; the order decides nothing, no point is dropped. Returns new points
 * [{x, y}] in the same order.
 */
export function spread(points, gap, fixed = []) {
  const placed = points.map(({ x, y }) => ({ x, y }));
  for (let round = 0; round < ROUNDS; round += 1) {
    const out = pushOut(placed, fixed);
    if (!pushApart(placed, gap) && !out) break;
  }
  return placed;
}

function pushOut(placed, fixed) {
  let moved = false;
  for (const { x, y, r } of fixed) {
    for (const point of placed) {
      const [dx, dy] = [point.x - x, point.y - y];
      const distance = Math.hypot(dx, dy);
      if (distance >= r - 0.01) continue;
      const [ux, uy] = distance < 0.01 ? [0, 1] : [dx / distance, dy / distance];
      point.x = x + ux * (r + 0.01);
      point.y = y + uy * (r + 0.01);
      moved = true;
    }
  }
  return moved;
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
