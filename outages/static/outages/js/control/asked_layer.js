// A layer that is off until somebody asks for it: its box, the legend that stands with it, and that
// it is remembered. An address with ?<name>=… asks for this once and hands the layer what it says.

/** Wire the box [data-<name>-layer]; `make(url)` gives the layer, with show(on). */
export function startAskedLayer(screen, name, make) {
  const box = screen.querySelector(`[data-${name}-layer]`);
  if (!box) return;
  const asked = new URLSearchParams(location.search).get(name);
  const legend = screen.querySelector(`[data-${name}-legend]`);
  const layer = make(box.dataset.url, asked ?? "");
  const apply = () => {
    legend.hidden = !box.checked;
    layer.show(box.checked);
  };
  box.checked = asked !== null || localStorage.getItem(`${name}-on`) === "1";
  box.addEventListener("change", () => {
    localStorage.setItem(`${name}-on`, box.checked ? "1" : "0");
    apply();
  });
  if (box.checked) apply();
}
