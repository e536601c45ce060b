// Small assets drawn on the tile's canvas: bow-ties, hydrants, sources, one-way triangles.
// Paint symbolizers of protomaps-leaflet: draw(ctx, geom, zoom, feature), geometry in pixels.

function each(geom, draw) {
  for (const part of geom) for (const point of part) draw(point);
}

function bowTie(ctx, half, height) {
  ctx.beginPath();
  ctx.moveTo(-half, -height);
  ctx.lineTo(-half, height);
  ctx.lineTo(half, -height);
  ctx.lineTo(half, height);
  ctx.closePath();
}

/** Valve: hollow when open, filled when closed, red with an X when it does not work.
 *  `rotation` (degrees clockwise from east) turns it along its pipe. */
export class ValveSymbol {
  constructor(colours) {
    this.colours = colours;
  }

  draw(ctx, geom, zoom, { props }) {
    const stuck = props.operable === false || props.state === "inoperable";
    const colour = stuck ? this.colours.zone : this.colours.trunk;
    const half = zoom >= 17 ? 7 : 5.5;
    each(geom, ({ x, y }) => {
      ctx.save();
      ctx.translate(x, y);
      ctx.rotate(((Number(props.rotation) || 0) * Math.PI) / 180);
      ctx.lineJoin = "round";
      bowTie(ctx, half, half * 0.62);
      ctx.lineWidth = 4.5;
      ctx.strokeStyle = this.colours.halo;
      ctx.stroke();
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = colour;
      ctx.fillStyle = props.state === "closed" ? colour : this.colours.halo;
      ctx.fill();
      ctx.stroke();
      if (stuck) this.cross(ctx, half);
      ctx.restore();
    });
  }

  cross(ctx, half) {
    ctx.beginPath();
    ctx.moveTo(-half, -half);
    ctx.lineTo(half, half);
    ctx.moveTo(half, -half);
    ctx.lineTo(-half, half);
    ctx.stroke();
  }
}

/** Hydrant: a square with an H. */
export class HydrantSymbol {
  constructor(colours) {
    this.colours = colours;
  }

  draw(ctx, geom) {
    each(geom, ({ x, y }) => {
      ctx.save();
      ctx.translate(x, y);
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = this.colours.trunk;
      ctx.fillStyle = this.colours.halo;
      ctx.beginPath();
      ctx.roundRect(-6, -6, 12, 12, 2.5);
      ctx.fill();
      ctx.stroke();
      ctx.beginPath();
      for (const [a, b, c, d] of [[-2.5, -3, -2.5, 3], [2.5, -3, 2.5, 3], [-2.5, 0, 2.5, 0]]) {
        ctx.moveTo(a, b);
        ctx.lineTo(c, d);
      }
      ctx.stroke();
      ctx.restore();
    });
  }
}

/** Source: a hexagon with a drop; outline with a bar when shut. */
export class SourceSymbol {
  constructor(colours) {
    this.colours = colours;
  }

  draw(ctx, geom, _zoom, { props }) {
    const shut = props.active === false;
    each(geom, ({ x, y }) => {
      ctx.save();
      ctx.translate(x, y);
      ctx.beginPath();
      for (let i = 0; i < 6; i += 1) {
        const angle = (i * Math.PI) / 3 - Math.PI / 2;
        ctx.lineTo(13 * Math.cos(angle), 13 * Math.sin(angle));
      }
      ctx.closePath();
      ctx.fillStyle = shut ? this.colours.halo : this.colours.trunk;
      ctx.strokeStyle = shut ? this.colours.trunk : this.colours.halo;
      ctx.lineWidth = 2;
      ctx.fill();
      ctx.stroke();
      ctx.beginPath();
      ctx.moveTo(0, -6.5);
      ctx.bezierCurveTo(4, -2, 4.5, 0, 4.5, 1.8);
      ctx.arc(0, 1.8, 4.5, 0, Math.PI);
      ctx.bezierCurveTo(-4.5, 0, -4, -2, 0, -6.5);
      ctx.fillStyle = shut ? this.colours.trunk : this.colours.halo;
      ctx.fill();
      if (shut) {
        ctx.beginPath();
        ctx.moveTo(-9, 9);
        ctx.lineTo(9, -9);
        ctx.strokeStyle = this.colours.trunk;
        ctx.stroke();
      }
      ctx.restore();
    });
  }
}

/** One-way device: a triangle in flow direction on the middle of the pipe. */
export class OneWaySymbol {
  constructor(colours) {
    this.colours = colours;
  }

  draw(ctx, geom) {
    for (const line of geom) {
      const i = Math.max(0, Math.floor(line.length / 2) - 1);
      const a = line[i];
      const b = line[i + 1];
      if (!b) continue;
      ctx.save();
      ctx.translate((a.x + b.x) / 2, (a.y + b.y) / 2);
      ctx.rotate(Math.atan2(b.y - a.y, b.x - a.x));
      ctx.beginPath();
      ctx.moveTo(-4.5, -5);
      ctx.lineTo(5.5, 0);
      ctx.lineTo(-4.5, 5);
      ctx.closePath();
      ctx.fillStyle = this.colours.trunk;
      ctx.strokeStyle = this.colours.halo;
      ctx.lineWidth = 1.5;
      ctx.stroke();
      ctx.fill();
      ctx.restore();
    }
  }
}
