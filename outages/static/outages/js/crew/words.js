// What the crew's script says; embedded by the server (outages/views/crew/words.py).

let texts = null;

/** Fill the text `key`: {name} is replaced by values.name. */
export function say(key, values = {}) {
  texts ??= JSON.parse(document.getElementById("crew-texts")?.textContent ?? "{}");
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
