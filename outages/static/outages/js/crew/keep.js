// Keeps the crew's pages and everything they need in the phone, for when there is no signal.

const root = document.querySelector("[data-crew-pages]");

function needed() {
  const used = performance.getEntriesByType("resource").map(({ name }) => name);
  const links = [...root.querySelectorAll(`a[href^="${root.dataset.scope}"]:not([href*="?"])`)].map(({ href }) => href);
  const plan = root.dataset.overlay ? [new URL(root.dataset.overlay, location.href).href] : [];
  return [...new Set([location.href, ...links, ...plan, ...used])].map((url) => url.split("#")[0]);
}

if (root && "serviceWorker" in navigator) {
  const { worker, scope } = root.dataset;
  await navigator.serviceWorker.register(worker, { scope });
  const ready = await navigator.serviceWorker.ready;
  // The page's own files first; tiles and plan follow a moment later.
  ready.active.postMessage({ keep: needed() });
  setTimeout(() => ready.active.postMessage({ keep: needed() }), 4000);
}
