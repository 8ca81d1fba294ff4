import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { decodeSecret, signCall } from "./sign.ts";
import { testSecret } from "../../../../tests/support/secrets.ts";

const shared = process.env["TRADE_SHARED"];

/** A second implementation, over WebCrypto. */
async function signedByWebCrypto(
  secret: Uint8Array<ArrayBuffer>,
  path: string,
  nonce: string,
  body: string,
): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-512" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(nonce + body)));
  const message = Uint8Array.of(...encoder.encode(path), ...digest);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
  return btoa(String.fromCharCode(...signature));
}

it("gives the documented signature", () => {
  const secret = decodeSecret(
    testSecret(
      "secret of the exchange",
      "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==",
    ),
  );
  const body = "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25";
  expect(signCall(secret ?? new Uint8Array(), "/0/private/AddOrder", "1616492376594", body)).toBe(
    // oxlint-disable-next-line secrets/noted -- a signature is for everybody to see
    "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==",
  );
});

const vectorFile = z.object({
  secretBase64: z.string(),
  vectors: z.array(z.object({ uriPath: z.string(), nonce: z.string(), body: z.string(), apiSign: z.string() })),
});

it.skipIf(shared === undefined)("gives every recorded signature, form and JSON (needs TRADE_SHARED)", () => {
  const text = readFileSync(join(shared ?? "", "kraken", "data", "auth_vectors.json"), "utf8");
  const { secretBase64, vectors } = vectorFile.parse(JSON.parse(text));
  expect(vectors.length).toBeGreaterThanOrEqual(5);
  for (const { uriPath, nonce, body, apiSign } of vectors) {
    const secret = decodeSecret(secretBase64) ?? new Uint8Array();
    expect(signCall(secret, uriPath, nonce, body)).toBe(apiSign);
  }
});

it("agrees with a second implementation on anything", async () => {
  const inputs = fc.tuple(
    fc.uint8Array({ minLength: 1, maxLength: 100 }),
    fc.string({ unit: "binary" }),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    fc.string({ unit: "binary" }),
  );
  await fc.assert(
    fc.asyncProperty(inputs, async ([bytes, path, nonce, body]) => {
      const secret = new Uint8Array(bytes);
      expect(signCall(secret, path, nonce, body)).toBe(await signedByWebCrypto(secret, path, nonce, body));
    }),
  );
});

it("reads a secret as Kraken shows it, and nothing that is none", () => {
  expect(decodeSecret(" AQID ")).toEqual(Uint8Array.of(1, 2, 3));
  expect(decodeSecret("not base64!")).toBeNull();
  expect(decodeSecret("")).toBeNull();
});
