// Ids and hashes, made on the phone.

/** @param {ArrayBuffer|Uint8Array} bytes */
export const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

let last = 0n;

/** A UUIDv7 (RFC 9562): 48 bits of milliseconds, a counter that never goes back, 62 random bits.
 * @param {number} at milliseconds since 1970 */
export function uuid7(at) {
  const random = crypto.getRandomValues(new Uint8Array(10));
  // Milliseconds and 12 bits of counter as one number, so that ids of one millisecond keep their order.
  let stamp = BigInt(Math.floor(at)) * 4096n + BigInt(((random[0] << 8) | random[1]) & 0x3ff);
  if (stamp <= last && last - stamp < 4096n * 60000n) stamp = last + 1n;
  last = stamp;
  const head = stamp.toString(16).padStart(15, "0");
  const variant = ((random[2] & 0x3f) | 0x80).toString(16).padStart(2, "0");
  const tail = hex(random.slice(3));
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-7${head.slice(12)}-${variant}${tail.slice(0, 2)}-${tail.slice(2, 14)}`;
}

/** @param {Blob|ArrayBuffer} data */
export async function sha256(data) {
  const bytes = data instanceof Blob ? await data.arrayBuffer() : data;
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

/** @param {Uint8Array} bytes */
export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** @param {string} text */
export const unbase64 = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
