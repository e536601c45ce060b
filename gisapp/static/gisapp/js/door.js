// The sign-in page: whoever comes next to this phone finds no page of who was here before. What was
// said without signal is no page: it waits in the phone for the one who said it.

const OF_SOMEBODY = /^crew-pages-/;

/** Where the page is the door, forget the pages that a service worker keeps for one person. */
export async function startDoor() {
  if (!document.querySelector("[data-door]") || !("caches" in window)) return;
  const names = (await caches.keys()).filter((name) => OF_SOMEBODY.test(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}
