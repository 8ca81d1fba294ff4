/** API-Sign of Kraken's REST API (PROTOCOL §1.1). */
import { createHash, createHmac } from "node:crypto";

/**
 * base64(HMAC-SHA-512(secret, path ‖ SHA-256(nonce ‖ body))). `body` is the exact text that is sent and `path` that of the URL,
 * without host. At once, unlike the runtime's WebCrypto: nothing can happen between the fence of an order and its sending.
 */
export function signCall(secretBytes: Uint8Array, path: string, nonce: string, body: string): string {
  const digest = createHash("sha256")
    .update(nonce + body)
    .digest();
  return createHmac("sha512", secretBytes).update(path).update(digest).digest("base64");
}

/** The bytes of a secret as Kraken shows it, base64; null when it is none. */
export function decodeSecret(secret: string): Uint8Array<ArrayBuffer> | null {
  let text: string;
  try {
    text = atob(secret.trim());
  } catch {
    return null;
  }
  return text === "" ? null : Uint8Array.from(text, (character) => character.charCodeAt(0));
}
