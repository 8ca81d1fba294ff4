import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** API-Sign (PROTOCOL §1.1): base64(HMAC-SHA512(base64-decoded secret, path ‖ SHA-256(nonce ‖ body))). */
export function signature(secret: string, path: string, nonce: string, body: string): string {
  const digest = createHash("sha256")
    .update(nonce + body)
    .digest();
  return createHmac("sha512", Buffer.from(secret, "base64")).update(path).update(digest).digest("base64");
}

export function isSignature(given: string, secret: string, path: string, nonce: string, body: string): boolean {
  const expected = Buffer.from(signature(secret, path, nonce, body));
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
