// What the crew said and the server does not know yet: kept in the phone until it is told.

const NAME = "mainbreak-crew";
const STORE = "actions";
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "client_key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function run(mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode);
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Everything that this user said, in the order it was said. */
export async function said(user) {
  const items = await run("readonly", (store) => store.getAll());
  return items.filter((item) => item.user === user).sort((a, b) => a.done_at - b.done_at);
}

/** Keep an item, new or changed; `client_key` is its name. */
export function keep(item) {
  return run("readwrite", (store) => store.put(item));
}

/** Change an item unless it was taken back meanwhile. */
export async function change(key, values) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    const request = store.get(key);
    request.onsuccess = () => {
      if (request.result) store.put({ ...request.result, ...values });
    };
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Take an item out. */
export function forget(key) {
  return run("readwrite", (store) => store.delete(key));
}
