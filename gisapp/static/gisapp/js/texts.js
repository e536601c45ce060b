// What scripts say, in the page's language; embedded by the server (gisapp/script_texts.py).

let texts = null;

function all() {
  if (texts === null) {
    const element = typeof document === "undefined" ? null : document.getElementById("script-texts");
    texts = element ? JSON.parse(element.textContent) : {};
  }
  return texts;
}

/** Fill the text `key`: {name} is replaced by values.name. An unknown key comes back as itself. */
export function t(key, values = {}) {
  const text = all()[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Whether the page is in Chinese. */
export function isChinese() {
  return document.documentElement.lang.startsWith("zh");
}
