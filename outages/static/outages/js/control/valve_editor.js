// Changing the valves of a plan on the map: a click on a valve changes its row in the editor.

const BRUSH_PX = 14;

/** The valve nearest to a place on the tiles: {id, state, …}, or null. */
function valveAt(live, { lat, lng }) {
  if (!live.tiles) return null;
  const found = live.tiles.queryTileFeaturesDebug(lng, lat, BRUSH_PX).get("") ?? [];
  return found.find(({ layerName }) => layerName === "valve")?.feature.props ?? null;
}

function rowOf(form, valve) {
  return form.querySelector(`[data-valves] > [data-asset="${CSS.escape(valve)}"]`);
}

/** A closed valve is clicked to open it, an open one to close it as well. */
function newRow(form, valve, { closed }) {
  const row = document.createElement("li");
  row.className = "what-if__row";
  row.dataset.asset = valve;
  row.dataset.inPlan = "false";
  const label = document.createElement("label");
  label.htmlFor = `choice-${valve}`;
  const name = document.createElement("b");
  name.textContent = valve;
  label.append(name);
  const select = document.createElement("select");
  select.className = "input";
  select.id = `choice-${valve}`;
  select.name = "choice";
  const { textAdd, textOpen, textStuck, textAsIs } = form.dataset;
  const added = [`added:${valve}`, textAdd];
  const fed = [`opened:${valve}`, textOpen];
  const choices = closed ? [fed, added] : [added, fed];
  for (const [value, text] of [...choices, [`inoperable:${valve}`, textStuck], ["", textAsIs]]) {
    select.add(new Option(text, value));
  }
  row.append(label, select);
  form.querySelector("[data-valves]").append(row);
  return row;
}

function toggle(form, valve, { closed = false } = {}) {
  const row = rowOf(form, valve);
  if (!row) {
    newRow(form, valve, { closed }).querySelector("select").focus({ preventScroll: true });
    return;
  }
  const select = row.querySelector("select");
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  row.scrollIntoView({ block: "nearest" });
  select.focus({ preventScroll: true });
}

/** Let clicks on the map change the editor's rows while it is open. */
export function startValveEditor(live) {
  const form = () => document.querySelector("form[data-what-if]");
  live.map.on("click", ({ latlng }) => {
    const open = form();
    const valve = open && valveAt(live, latlng);
    if (valve) toggle(open, valve.id, { closed: valve.state === "closed" });
  });
  // The numbered discs lie over the tiles and take the click themselves.
  live.element.addEventListener("click", (event) => {
    const open = form();
    const disc = open && event.target.closest(".glyph-icon[data-asset]");
    if (disc && rowOf(open, disc.dataset.asset)) toggle(open, disc.dataset.asset);
  });
  document.addEventListener("keydown", (event) => {
    // Space on a focused row's list box goes on to its next choice.
    if (event.key !== " " || !event.target.closest("[data-what-if] select")) return;
    event.preventDefault();
    event.target.selectedIndex = (event.target.selectedIndex + 1) % event.target.options.length;
  });
  const mark = () => live.element.classList.toggle("is-editing-valves", Boolean(form()));
  mark();
  document.body.addEventListener("htmx:afterSettle", mark);
}
