// A street's name along the street; on a steep street Chinese stands upright, character by character.

const SIZE = 12;
const STEEP = Math.PI / 3.2;

function longestStraight(line) {
  // Neighbouring segments that keep their direction count as one.
  let best = null;
  for (let i = 0; i + 1 < line.length; i += 1) {
    const angle = Math.atan2(line[i + 1].y - line[i].y, line[i + 1].x - line[i].x);
    let j = i + 1;
    while (j + 1 < line.length) {
      const next = Math.atan2(line[j + 1].y - line[j].y, line[j + 1].x - line[j].x);
      if (Math.abs(Math.sin((next - angle) / 2)) > 0.12) break;
      j += 1;
    }
    const length = Math.hypot(line[j].x - line[i].x, line[j].y - line[i].y);
    if (!best || length > best.length) best = { a: line[i], b: line[j], length };
    i = j - 1;
  }
  return best;
}

function upright(angle) {
  if (angle > Math.PI / 2) return angle - Math.PI;
  return angle < -Math.PI / 2 ? angle + Math.PI : angle;
}

function isCjk(text) {
  return /^[\u3400-\u9fff]+$/.test(text);
}

/** Label symbolizer for protomaps-leaflet: names from `name`, or `name_en` on English pages. */
export class StreetLabel {
  constructor({ colours, english = false }) {
    this.colours = colours;
    this.english = english;
  }

  place(layout, geom, feature) {
    const name = (this.english && feature.props.name_en) || feature.props.name;
    const straight = geom.map(longestStraight).reduce((a, b) => (!a || (b && b.length > a.length) ? b : a), null);
    if (!name || !straight) return undefined;
    layout.scratch.font = this.font();
    const width = layout.scratch.measureText(name).width;
    if (straight.length < width * 1.15) return undefined;
    const angle = upright(Math.atan2(straight.b.y - straight.a.y, straight.b.x - straight.a.x));
    const anchor = straight.a.add(straight.b).div(2); // a point with dist(), which the label index needs
    const stacked = isCjk(name) && Math.abs(angle) > STEEP;
    const reach = (stacked ? name.length * (SIZE + 2) : width) / 2;
    return [
      {
        anchor,
        bboxes: this.boxes(anchor, stacked ? Math.PI / 2 : angle, reach),
        draw: (ctx) => (stacked ? this.drawStacked(ctx, name) : this.drawAlong(ctx, name, angle)),
        deduplicationKey: name,
        deduplicationDistance: 320,
      },
    ];
  }

  font() {
    return `400 ${SIZE}px ${this.colours.font}`;
  }

  boxes(anchor, angle, reach) {
    // Small boxes along the text collide less with neighbours than one box around a slope.
    const count = Math.max(1, Math.round((reach * 2) / SIZE));
    return Array.from({ length: count }, (_, i) => {
      const at = count === 1 ? 0 : (i / (count - 1) - 0.5) * 2 * (reach - SIZE / 2);
      const x = anchor.x + Math.cos(angle) * at;
      const y = anchor.y + Math.sin(angle) * at;
      const half = SIZE / 2 + 3;
      return { minX: x - half, minY: y - half, maxX: x + half, maxY: y + half };
    });
  }

  prepare(ctx) {
    ctx.font = this.font();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3;
    ctx.strokeStyle = this.colours.halo;
    ctx.fillStyle = this.colours.label;
  }

  drawAlong(ctx, name, angle) {
    ctx.save();
    this.prepare(ctx);
    ctx.rotate(angle);
    ctx.strokeText(name, 0, 0);
    ctx.fillText(name, 0, 0);
    ctx.restore();
  }

  drawStacked(ctx, name) {
    ctx.save();
    this.prepare(ctx);
    const step = SIZE + 2;
    [...name].forEach((character, i) => {
      const y = (i - (name.length - 1) / 2) * step;
      ctx.strokeText(character, 0, y);
      ctx.fillText(character, 0, y);
    });
    ctx.restore();
  }
}
