// Icons of the sprite for what scripts draw.

const NS = "http://www.w3.org/2000/svg";

/** Address of a symbol of the sprite. */
export function spriteHref(name) {
  return `${document.documentElement.dataset.sprite}#${name}`;
}

/** An <svg> that shows the interface icon `name`. */
export function icon(name) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(NS, "use");
  use.setAttribute("href", spriteHref(name));
  svg.append(use);
  return svg;
}
