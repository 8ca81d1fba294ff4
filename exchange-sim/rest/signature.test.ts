import { describe, expect, it } from "vitest";
import { isSignature, signature } from "./signature.ts";

// The documented example (PROTOCOL §1.1).
const secret = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==";
const nonce = "1616492376594";
const path = "/0/private/AddOrder";
const body = "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25";
const documented = "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==";

describe("the signature", () => {
  it("is that of the documented example", () => {
    expect(signature(secret, path, nonce, body)).toBe(documented);
  });

  it("is refused when path, nonce or body differ by one character", () => {
    expect(isSignature(documented, secret, path, nonce, body)).toBe(true);
    expect(isSignature(documented, secret, "/0/private/AddOrders", nonce, body)).toBe(false);
    expect(isSignature(documented, secret, path, "1616492376595", body)).toBe(false);
    expect(isSignature(documented, secret, path, nonce, `${body}0`)).toBe(false);
    expect(isSignature("", secret, path, nonce, body)).toBe(false);
  });
});
