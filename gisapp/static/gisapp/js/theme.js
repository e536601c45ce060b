// Light or dark: follows the system until pinned; pinned in a cookie that the server reads too.

const YEAR_S = 365 * 24 * 60 * 60;
const dark = matchMedia("(prefers-color-scheme: dark)");

/** The theme that is showing: light or dark. */
export function theme() {
  return document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
}

/** Call `run` whenever the theme that is showing changes. */
export function onThemeChange(run) {
  dark.addEventListener("change", run);
  document.addEventListener("theme-change", run);
}

function pin(value) {
  document.documentElement.dataset.theme = value;
  document.cookie = `theme=${value}; path=/; max-age=${YEAR_S}; SameSite=Lax`;
  document.dispatchEvent(new CustomEvent("theme-change"));
}

/** Wire the switch, and take up a pinned theme on pages that were written for everybody. */
export function startTheme() {
  const kept = /(?:^|; )theme=(light|dark)/.exec(document.cookie);
  if (kept && !document.documentElement.dataset.theme) pin(kept[1]);
  document.querySelectorAll("[data-theme-switch]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      pin(theme() === "dark" ? "light" : "dark");
    });
  });
}
