/** API-Sign of Kraken's REST API (PROTOCOL §1.1). */

const encoder = new TextEncoder();
const ALGORITHM = { name: "HMAC", hash: "SHA-512" };

/**
 * base64(HMAC-SHA-512(secret, path ‖ SHA-256(nonce ‖ body))). `body` is the exact text that is sent and `path` that of the URL,
 * without host. The secret is not kept.
 */
export async function signCall(
  secretBytes: Uint8Array<ArrayBuffer>,
  path: string,
  nonce: string,
  body: string,
): Promise<string> {
  const [key, digest] = await Promise.all([
    crypto.subtle.importKey("raw", secretBytes, ALGORITHM, false, ["sign"]),
    crypto.subtle.digest("SHA-256", encoder.encode(nonce + body)),
  ]);
  const pathBytes = encoder.encode(path);
  const message = new Uint8Array(pathBytes.length + digest.byteLength);
  message.set(pathBytes);
  message.set(new Uint8Array(digest), pathBytes.length);
  return toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", key, message)));
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

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
