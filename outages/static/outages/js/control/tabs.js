// Under 1024 px one part of the screen shows at a time; wider, all three stand side by side.

/** Show the part that `data-tab` names, and let the tabs change it. */
export function startTabs(screen) {
  const show = (name) => {
    screen.dataset.tab = name;
    screen.querySelectorAll("[data-part]").forEach((part) => {
      part.classList.toggle("is-tab", part.dataset.part === name);
    });
    screen.querySelectorAll("[data-show]").forEach((tab) => {
      tab.setAttribute("aria-pressed", String(tab.dataset.show === name));
    });
  };
  screen.querySelectorAll("[data-show]").forEach((tab) => {
    tab.onclick = () => show(tab.dataset.show);
  });
  show(screen.dataset.tab);
}
