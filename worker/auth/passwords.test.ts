import { describe, expect, it } from "vitest";
import { hashPassword, SCRYPT, verifyPassword } from "./passwords.ts";
import { testSecret } from "../../tests/support/secrets.ts";

const PASSWORD = testSecret("password", "kettle-violin-73");
const MISTYPED = testSecret("password", "kettle-violin-74");

describe("password hashes", () => {
  it("verify the password that made them and no other", async () => {
    const hash = await hashPassword(PASSWORD);
    expect(await verifyPassword({ hash, password: PASSWORD })).toBe(true);
    expect(await verifyPassword({ hash, password: MISTYPED })).toBe(false);
    expect(await verifyPassword({ hash, password: "" })).toBe(false);
  });

  it("differ for equal passwords", async () => {
    expect(await hashPassword(PASSWORD)).not.toBe(await hashPassword(PASSWORD));
  });

  it("do not care how a keyboard composes its characters", async () => {
    const hash = await hashPassword("Ka\u0308fer-Bru\u0308cke");
    expect(await verifyPassword({ hash, password: testSecret("password", "K\u00e4fer-Br\u00fccke") })).toBe(true);
  });

  it("carry their parameters, so that older ones go on working", async () => {
    const older = "scrypt$1024$8$1$00112233445566778899aabbccddeeff$";
    const { scryptSync } = await import("node:crypto");
    const key = scryptSync(PASSWORD, Buffer.from("00112233445566778899aabbccddeeff", "hex"), 32, {
      N: 1024,
      r: 8,
      p: 1,
    });
    expect(await verifyPassword({ hash: older + key.toString("hex"), password: PASSWORD })).toBe(true);
  });

  it("that are no hashes verify nothing", async () => {
    const broken = ["", "scrypt", "scrypt$1$2$3$4", PASSWORD, "scrypt$16384$8$5$zz$zz"];
    const verdicts = await Promise.all(broken.map((hash) => verifyPassword({ hash, password: PASSWORD })));
    expect(new Set(verdicts)).toEqual(new Set([false]));
  });

  it("stay within what the deployed platform allows, which no local runtime enforces", () => {
    expect(SCRYPT.cost * SCRYPT.blockSize * SCRYPT.parallelization).toBeLessThanOrEqual(2 ** 20);
    expect(SCRYPT.cost).toBeGreaterThanOrEqual(2 ** 14);
  });
});
