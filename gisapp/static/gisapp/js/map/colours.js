// Map colours, read from the tokens of the page in the theme that is showing.

const NAMES = [
  "land", "block", "bld", "street", "casing", "water", "park", "label", "halo",
  "pipe", "trunk", "zone", "unint", "weak", "todo", "done", "plan",
];

/** Colours by short name: {land: "#EEF0F3", …}, and `font`, the page's font family. */
export function mapColours() {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--m-${name}`).trim()]),
  );
  colours.font = style.getPropertyValue("--font").trim();
  return colours;
}
