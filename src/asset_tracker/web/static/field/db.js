// The phone's own store. A promise here is kept only when the transaction was committed to the disk.

const NAME = "field";
const VERSION = 1;
/** @type {Promise<IDBDatabase>|null} */
let opening = null;

/** The store is gone or full, and nothing was saved. */
export class StoreError extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super(String(/** @type {any} */ (cause)?.message ?? cause));
    this.name = "StoreError";
    this.full = /** @type {any} */ (cause)?.name === "QuotaExceededError";
  }
}

/** So many facts wait here; told apart from the store, to be known when the browser erases it. @param {number} many */
export const remember = (many) => localStorage.setItem("field-waiting", String(many));

/** How many facts the browser erased before they were sent, until somebody has read it. */
export const lost = () => Number(localStorage.getItem("field-lost") ?? 0);
export const seen = () => localStorage.removeItem("field-lost");

/** A store that begins anew held nothing, or was erased: for want of room, after weeks without use, or by somebody. */
function erased() {
  const waiting = Number(localStorage.getItem("field-waiting") ?? 0);
  if (waiting) localStorage.setItem("field-lost", String(lost() + waiting));
  remember(0);
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = (event) => {
      const db = asked.result;
      if (!event.oldVersion) erased();
      db.createObjectStore("meta");
      db.createObjectStore("outbox", { keyPath: "id" }).createIndex("seq", ["device", "seq"], { unique: true });
      db.createObjectStore("photos", { keyPath: "sha256" });
      db.createObjectStore("assets", { keyPath: "id" }).createIndex("keys", "keys", { multiEntry: true });
      db.createObjectStore("points", { keyPath: "id" });
      db.createObjectStore("campaigns", { keyPath: "id" });
      db.createObjectStore("rounds", { keyPath: "key" });
    };
    asked.onerror = () => reject(new StoreError(asked.error));
    asked.onblocked = () => reject(new StoreError("the store is held by another page"));
    asked.onsuccess = () => {
      const db = asked.result;
      // The system closes a store under pressure; another page may ask for a newer version of it.
      db.onclose = () => (opening = null);
      db.onversionchange = () => {
        db.close();
        opening = null;
      };
      resolve(db);
    };
  });
  opening.catch(() => (opening = null));
  return opening;
}

/** Close the store; the next question opens it again. */
export async function close() {
  const db = await opening;
  opening = null;
  db?.close();
}

/**
 * One transaction: `work` asks for what it needs and may return a request or a function of results.
 * Resolves once it is committed; with `strict` only when the disk has it.
 * @template T
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => Promise<T>|T} work
 * @param {{strict?: boolean}} [how]
 * @returns {Promise<T>}
 */
export async function transact(stores, mode, work, { strict = false } = {}) {
  for (let again = 0; ; again++) {
    try {
      return await once(await open(), stores, mode, work, strict);
    } catch (error) {
      opening = /** @type {any} */ (error)?.name === "InvalidStateError" ? null : opening;
      if (again < 2 && opening === null) continue;
      throw error instanceof StoreError ? error : new StoreError(error);
    }
  }
}

/**
 * @template T
 * @param {IDBDatabase} db
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => Promise<T>|T} work
 * @param {boolean} strict
 * @returns {Promise<T>}
 */
function once(db, stores, mode, work, strict) {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(stores, mode, { durability: strict ? "strict" : "default" });
    /** @type {T} */
    let result;
    let failed = /** @type {unknown} */ (null);
    transaction.oncomplete = () => (failed ? reject(failed) : resolve(result));
    transaction.onabort = () => reject(failed ?? new StoreError(transaction.error ?? "the store gave up"));
    Promise.resolve()
      .then(() => work(transaction))
      .then(
        (made) => (result = made),
        (error) => {
          failed = error;
          try {
            transaction.abort();
          } catch {
            reject(error); // it had ended by itself
          }
        },
      );
  });
}

/** The answer of one request. @param {IDBRequest} request @returns {Promise<any>} */
export const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {string} store @param {IDBValidKey} key @returns {Promise<any>} */
export const get = (store, key) => transact([store], "readonly", (t) => answer(t.objectStore(store).get(key)));

/** @param {string} store @returns {Promise<any[]>} */
export const all = (store) => transact([store], "readonly", (t) => answer(t.objectStore(store).getAll()));

/** @param {string} store @returns {Promise<number>} */
export const count = (store) => transact([store], "readonly", (t) => answer(t.objectStore(store).count()));

/** @param {string} store @param {any} value @param {IDBValidKey} [key] */
export const set = (store, value, key) =>
  transact([store], "readwrite", (t) => answer(key === undefined ? t.objectStore(store).put(value) : t.objectStore(store).put(value, key)), { strict: true });

/** @param {string} store @param {IDBValidKey} key */
export const drop = (store, key) => transact([store], "readwrite", (t) => answer(t.objectStore(store).delete(key)));

/** @param {string} store @param {string} index @param {IDBValidKey} key @returns {Promise<any>} */
export const find = (store, index, key) => transact([store], "readonly", (t) => answer(t.objectStore(store).index(index).get(key)));
