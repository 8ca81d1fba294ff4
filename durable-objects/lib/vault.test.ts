import { createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "./secret.ts";
import { Vault } from "./vault.ts";

const OLD = "the-old-master-secret-0123456789-abcdefgh";
const NEW = "the-new-master-secret-9876543210-ijklmnop";
const what = { purpose: "kraken trading secret", owner: "trader-1" };

function vaultOf(current: string, previous: string | null = null): Vault {
  return new Vault(new Secret(current), previous === null ? null : new Secret(previous));
}

function derived(master: string, use: readonly string[], bytes: number): Buffer {
  const info = JSON.stringify(["tradewithai vault", "v1", ...use]);
  return Buffer.from(hkdfSync("sha256", master, "", info, bytes));
}

async function opened(vault: Vault, sealed: string, as: typeof what = what): Promise<string> {
  const result = await vault.open(as, sealed);
  return result.ok ? `text: ${new TextDecoder().decode(result.bytes)}` : result.reason;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(text));
}

describe("the vault", () => {
  it("gives back what it sealed, and never the same text twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string(), fc.string(), async (text, purpose, owner) => {
        const sealed = await vaultOf(NEW).seal({ purpose, owner }, bytesOf(text));
        expect(sealed).toMatch(/^v1\.[0-9a-f]{12}\.[\w-]{16}\.[\w-]{22,}$/);
        expect(await vaultOf(NEW).seal({ purpose, owner }, bytesOf(text))).not.toBe(sealed);
        expect(await opened(vaultOf(NEW), sealed, { purpose, owner })).toBe(`text: ${text}`);
      }),
      { numRuns: 50 },
    );
  });

  it("is what a second implementation makes of the same description", async () => {
    const sealed = await vaultOf(NEW).seal(what, bytesOf("kQH5HW/8p1uG=="));
    const [, version = "", iv = "", ciphertext = ""] = sealed.split(".");
    expect(version).toBe(derived(NEW, ["version"], 6).toString("hex"));
    const key = derived(NEW, ["seal", what.purpose, what.owner], 32);
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"));
    decipher.setAAD(Buffer.from(JSON.stringify(["v1", version, what.purpose, what.owner])));
    const bytes = Buffer.from(ciphertext, "base64url");
    decipher.setAuthTag(bytes.subarray(-16));
    expect(decipher.update(bytes.subarray(0, -16), undefined, "utf8") + decipher.final("utf8")).toBe("kQH5HW/8p1uG==");
    const mark = createHmac("sha256", derived(NEW, ["mark", "kraken key"], 32))
      .update("the key")
      .digest("hex");
    expect(await vaultOf(NEW, OLD).marks("kraken key", "the key")).toMatchObject({ current: mark });
  });

  it("opens nothing for another owner or another purpose", async () => {
    const sealed = await vaultOf(NEW).seal(what, bytesOf("secret"));
    expect(await opened(vaultOf(NEW), sealed, { ...what, owner: "trader-2" })).toBe("spoiled");
    expect(await opened(vaultOf(NEW), sealed, { ...what, purpose: "kraken history secret" })).toBe("spoiled");
    expect(await opened(vaultOf(NEW), sealed, { purpose: "kraken", owner: `trading secret","${what.owner}` })).toBe(
      "spoiled",
    );
  });

  it("opens nothing that was changed anywhere", async () => {
    const sealed = await vaultOf(NEW).seal(what, bytesOf("secret"));
    const changed = Array.from(sealed, (character, index) => {
      const other = character === "A" ? "B" : "A";
      return character === "." ? null : sealed.slice(0, index) + other + sealed.slice(index + 1);
    });
    const cut = Array.from(sealed, (_, length) => sealed.slice(0, length));
    for (const text of [...changed, ...cut, `${sealed}.`, `${sealed}A`, "", "secret", "v2" + sealed.slice(2)]) {
      // The last character of base64url carries unused bits: another spelling of the same bytes is no change.
      if (text !== null && !isSameBytes(text, sealed)) {
        expect(await opened(vaultOf(NEW), text), text).toMatch(/^(spoiled|version)$/);
      }
    }
  });

  it("does not take a value for one of another master, even when the version in it is rewritten", async () => {
    const sealed = await vaultOf(OLD).seal(what, bytesOf("secret"));
    expect(await opened(vaultOf(NEW), sealed)).toBe("version");
    const version = await vaultOf(NEW).version();
    const [format, , ...rest] = sealed.split(".");
    expect(await opened(vaultOf(NEW), [format, version, ...rest].join("."))).toBe("spoiled");
  });

  it("opens what the previous master sealed, and seals with the current one only", async () => {
    const both = vaultOf(NEW, OLD);
    const old = await vaultOf(OLD).seal(what, bytesOf("secret"));
    expect(await opened(both, old)).toBe("text: secret");
    expect(await both.isCurrent(old)).toBe(false);
    const fresh = await both.seal(what, bytesOf("secret"));
    expect(await both.isCurrent(fresh)).toBe(true);
    expect(await opened(vaultOf(NEW), fresh)).toBe("text: secret");
    expect(await opened(vaultOf(OLD), fresh)).toBe("version");
  });

  it("marks the same text alike for everybody, by master and purpose", async () => {
    const { current, previous } = await vaultOf(NEW, OLD).marks("kraken key", "the key");
    expect(current).toMatch(/^[0-9a-f]{64}$/);
    expect(await vaultOf(NEW).marks("kraken key", "the key")).toEqual({ current, previous: null });
    expect((await vaultOf(OLD).marks("kraken key", "the key")).current).toBe(previous);
    expect((await vaultOf(NEW).marks("other", "the key")).current).not.toBe(current);
    expect((await vaultOf(NEW).marks("kraken key", "the kez")).current).not.toBe(current);
  });
});

function isSameBytes(text: string, sealed: string): boolean {
  const bytes = (value: string): string =>
    value
      .split(".")
      .map((part, index) => (index < 2 ? part : hex(part)))
      .join(".");
  return bytes(text) === bytes(sealed);
}

function hex(text: string): string {
  return Buffer.from(text, "base64url").toString("hex");
}
