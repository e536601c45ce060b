import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

globalThis.document = { cookie: "csrf=t", getElementById: () => null };

/** sending.js with a queue in memory in the place of the phone's. */
async function sending(items) {
  const queue = new Map(items.map((item) => [item.client_key, item]));
  globalThis.queue = {
    said: async () => [...queue.values()],
    change: async (key, values) => queue.set(key, { ...queue.get(key), ...values }),
    forget: async (key) => queue.delete(key),
  };
  const file = new URL("../../outages/static/outages/js/crew/sending.js", import.meta.url);
  const source = (await readFile(file, "utf8")).replace(/^import .*$/gm, "");
  const stubs = `const { said, change, forget } = globalThis.queue;
    const postingBody = () => new FormData();
    const say = (key) => key;
    // ${Math.random()}`;
  const address = `data:text/javascript;base64,${Buffer.from(`${stubs}\n${source}`).toString("base64")}`;
  return { ...(await import(address)), queue };
}

const step = (operation, batch) => ({
  client_key: `k${operation}`, operation, batch, state: "waiting", result: "done", remark: "", done_at: operation,
});

const taken = (body) => {
  const { items } = JSON.parse(body);
  return Response.json({ outcomes: items.map(({ client_key }) => ({ client_key, outcome: "recorded" })) });
};

test("an order that went to another crew holds up no other order", async () => {
  const { flush, queue } = await sending([step(1, "/a/batch"), step(2, "/b/batch")]);
  globalThis.fetch = async (url, { body }) => (url === "/a/batch" ? new Response("<p>404", { status: 404 }) : taken(body));
  assert.equal(await flush("u", "csrf"), 2);
  assert.deepEqual([...queue.keys()], ["k1"]);
  assert.equal(queue.get("k1").state, "refused");
  assert.equal(queue.get("k1").why, "not_yours");
});

test("a server in trouble is asked again, and the other orders are told meanwhile", async () => {
  const { flush, queue } = await sending([step(1, "/a/batch"), step(2, "/b/batch")]);
  globalThis.fetch = async (url, { body }) => (url === "/a/batch" ? new Response("", { status: 502 }) : taken(body));
  await assert.rejects(flush("u", "csrf"), /502/);
  assert.deepEqual([...queue.keys()], ["k1"]);
  assert.equal(queue.get("k1").state, "waiting");
});

test("who is signed out loses nothing", async () => {
  const { flush, queue, SignedOut } = await sending([step(1, "/a/batch")]);
  for (const status of [401, 403]) {
    globalThis.fetch = async () => new Response("", { status });
    await assert.rejects(flush("u", "csrf"), SignedOut);
  }
  assert.equal(queue.get("k1").state, "waiting");
});

test("a long day without signal is told in pieces that fit into a request", async () => {
  const sizes = [];
  const { flush, queue } = await sending(Array.from({ length: 95 }, (_, i) => step(i, "/a/batch")));
  globalThis.fetch = async (_url, { body }) => {
    sizes.push(JSON.parse(body).items.length);
    return taken(body);
  };
  await flush("u", "csrf");
  assert.deepEqual(sizes, [40, 40, 15]);
  assert.equal(queue.size, 0);
});
