import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const HOME = "http://phone.test";

/** The worker in a world of its own: caches in memory, and a network that `fetch` is. */
async function worker({ fetch, waits = 4000 }) {
  const stores = new Map();
  const listeners = {};
  const caches = {
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
    open: async (name) => {
      if (!stores.has(name)) stores.set(name, new Map());
      const store = stores.get(name);
      return {
        put: async (key, response) => store.set(String(key.url ?? key), await response.text()),
        match: async (key) => {
          const found = store.get(String(key.url ?? key));
          return found === undefined ? undefined : new Response(found);
        },
        keys: async () => [...store.keys()],
        delete: async (key) => store.delete(key),
      };
    },
  };
  const self = { addEventListener: (name, run) => (listeners[name] = run), location: { origin: HOME, href: `${HOME}/` } };
  const world = {
    self, caches, fetch, location: self.location, URL, Response, Headers, Promise, Set, Array, Math,
    setTimeout: (run, ms) => setTimeout(run, ms >= waits ? 5 : 1000),
  };
  const file = new URL("../../outages/static/outages/js/crew/service_worker.js", import.meta.url);
  vm.runInNewContext(await readFile(file, "utf8"), world);

  /** Ask for a page; returns the answer, after everything that the worker wanted to finish. */
  async function ask(path, { mode = "navigate", settle = true } = {}) {
    const lasting = [];
    let answer = null;
    let over = false;
    listeners.fetch({
      request: { url: HOME + path, method: "GET", mode },
      respondWith: (given) => (answer = given),
      waitUntil: (given) => {
        assert.ok(!over, "the event is over: nothing can be waited for any more");
        lasting.push(given);
      },
    });
    const given = answer && (await answer);
    over = true;
    if (settle) await Promise.all(lasting);
    return given;
  }
  return { ask, stores };
}

const textOf = (response) => response.text();

test("a page that comes too late is kept for the next look", async () => {
  let arrives;
  let calls = 0;
  const fetch = () => {
    calls += 1;
    if (calls === 1) return Promise.resolve(new Response("old"));
    return new Promise((resolve) => (arrives = () => resolve(new Response("new"))));
  };
  const { ask, stores } = await worker({ fetch });
  assert.equal(await textOf(await ask("/work-orders/A/")), "old");
  const shown = await ask("/work-orders/A/", { settle: false });
  assert.equal(await textOf(shown), "old");
  assert.equal(shown.headers.get("X-From-Phone"), "1");
  arrives();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(stores.get("crew-pages-2").get(`${HOME}/work-orders/A/`), "new");
});

test("one page of an order is kept, whichever step was asked for", async () => {
  let text = "at step 5";
  let isOffline = false;
  const fetch = async () => {
    if (isOffline) throw new TypeError("no signal");
    return new Response(text);
  };
  const { ask } = await worker({ fetch });
  await ask("/work-orders/A/?step=5");
  text = "later";
  await ask("/work-orders/A/");
  isOffline = true;
  assert.equal(await textOf(await ask("/work-orders/A/?step=5")), "later");
});

test("who is led to the door leaves no page behind; photos are never kept", async () => {
  let answer = () => new Response("mine");
  const { ask, stores } = await worker({ fetch: async () => answer() });
  await ask("/work-orders/A/");
  assert.equal(await ask("/work-orders/photos/7"), null);
  answer = () => Object.defineProperty(new Response("sign in"), "redirected", { value: true });
  await ask("/work-orders/A/");
  assert.equal(stores.has("crew-pages-2"), false);
});
