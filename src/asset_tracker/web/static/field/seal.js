// Sealing to the server's public key, so that whoever finds the phone or carries the file can read nothing.
//
//   shared = ECDH(ephemeral, server) || ECDH(phone, server)      the second where the phone registered a key
//   key    = HKDF-SHA-256(shared, salt = ephemeral public key, info)
//   ct     = AES-256-GCM(key, iv, plain, additional data = info)
// The server opens it with access/sealed_box.py, where the format is described.

import { base64, unbase64 } from "./ids.js";

/** @typedef {{epk: string, iv: string, ct: string}} Box */

/** @param {number} length of a raw public key */
const algorithm = (length) => (length === 32 ? { name: "X25519" } : { name: "ECDH", namedCurve: "P-256" });

/** Keys of the phone: X25519, or P-256 where the browser has none; the private one never leaves the browser.
 * @returns {Promise<{alg: string, pair: CryptoKeyPair, raw: string}>} */
export async function makeKeys() {
  for (const [alg, how] of /** @type {[string, any][]} */ ([["X25519", { name: "X25519" }], ["P-256", { name: "ECDH", namedCurve: "P-256" }]])) {
    try {
      const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(how, false, ["deriveBits"]));
      return { alg, pair, raw: base64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))) };
    } catch (error) {
      if (alg === "P-256") throw error;
    }
  }
  throw new Error("no key agreement in this browser");
}

/** @param {CryptoKey} own @param {CryptoKey} server @returns {Promise<Uint8Array>} */
const agree = async (own, server) =>
  new Uint8Array(await crypto.subtle.deriveBits({ name: server.algorithm.name, public: server }, own, 256));

/**
 * One box for `said`, as JSON; null where the phone knows no key of the server.
 * @param {any} phone with `id`, `server_key`, `key_id`, and `pair` where its own key is registered
 * @param {any} said
 * @returns {Promise<{box: Box, key_id: string, mode: string, alg: string}|null>}
 */
export async function seal(phone, said) {
  if (!phone.server_key || !phone.key_id) return null;
  const raw = unbase64(phone.server_key);
  const how = algorithm(raw.length);
  const server = await crypto.subtle.importKey("raw", raw, how, false, []);
  const ephemeral = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(how, false, ["deriveBits"]));
  const epk = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const mode = phone.pair ? "device" : "anonymous";
  const parts = [await agree(ephemeral.privateKey, server)];
  if (phone.pair) parts.push(await agree(phone.pair.privateKey, server));
  const shared = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  parts.reduce((at, each) => (shared.set(each, at), at + each.length), 0);
  const info = new TextEncoder().encode(`asset-tracker sealed v1|${phone.key_id}|${phone.id}|${mode}`);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: epk, info }, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(said));
  const ct = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: info }, key, plain));
  return {
    box: { epk: base64(epk), iv: base64(iv), ct: base64(ct) },
    key_id: phone.key_id,
    mode,
    alg: raw.length === 32 ? "X25519" : "P-256",
  };
}

/** The file of several boxes that were closed alike. @param {string} device @param {any[]} sealed */
export const fileOf = (device, sealed) => ({
  format: "asset-tracker-sealed",
  v: 1,
  key_id: sealed[0].key_id,
  device,
  mode: sealed[0].mode,
  alg: sealed[0].alg,
  boxes: sealed.map((each) => each.box),
});
