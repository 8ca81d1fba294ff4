import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Exchange, startExchange } from "../../exchange-sim/exchange.ts";
import { Golden } from "../../scripts/lib/golden.ts";
import { verifyPrivate } from "../../scripts/lib/verify-private.ts";
import { isVerified, verifyPublic } from "../../scripts/lib/verify.ts";

let exchange: Exchange;

beforeEach(async () => {
  exchange = await startExchange({ port: 0, seed: 7 });
});
afterEach(async () => {
  await exchange.stop();
});

it("finds every book and every candle of a healthy venue right and keeps what it sent", async () => {
  const folder = mkdtempSync(join(tmpdir(), "golden-"));
  const verification = await verifyPublic({
    url: exchange.url,
    wsUrl: exchange.wsUrl,
    symbols: ["BTC/USD", "ETH/USD"],
    seconds: 3,
    folder,
  });
  expect(verification.books.map(({ symbol, depth, wrong }) => ({ symbol, depth, wrong }))).toEqual([
    { symbol: "BTC/USD", depth: 10, wrong: 0 },
    { symbol: "ETH/USD", depth: 10, wrong: 0 },
    { symbol: "BTC/USD", depth: 100, wrong: 0 },
    { symbol: "ETH/USD", depth: 100, wrong: 0 },
  ]);
  expect(verification.candles.map(({ different }) => different)).toEqual([[], []]);
  expect(isVerified(verification)).toBe(true);
  const frames = readFileSync(join(folder, "frames.ndjson"), "utf8");
  expect(frames).toContain('"checksum"');
  expect(frames).toContain('"connection_id":0');
  expect(frames).not.toMatch(/"connection_id":[1-9]/);
});

it("says which symbol the venue refuses", async () => {
  const options = { url: exchange.url, wsUrl: exchange.wsUrl, seconds: 2, folder: tmpdir() };
  await expect(verifyPublic({ ...options, symbols: ["XBT/USD"] })).rejects.toThrow("XBT/USD");
});

it("says that the venue cannot be reached", async () => {
  const options = { url: exchange.url, symbols: ["BTC/USD"], seconds: 2, folder: tmpdir() };
  await expect(verifyPublic({ ...options, wsUrl: "ws://127.0.0.1:9/v2" })).rejects.toThrow("cannot be reached");
});

it("reads every private answer, validates each order type, and lives through one order and one stop", async () => {
  const golden = new Golden();
  const { key, secret } = exchange.admin.createKey({ tier: "pro", deposits: { USD: "10000", BTC: "1" } });
  const steps = await verifyPrivate({ url: exchange.url, key, secret, symbol: "BTC/USD", place: true }, golden);
  expect(steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(steps.map(({ name }) => name)).toEqual(expect.arrayContaining(["fees", "validate trailing-stop", "cancel"]));
  const folder = mkdtempSync(join(tmpdir(), "golden-"));
  golden.write(folder);
  const kept = readFileSync(join(folder, "rest.ndjson"), "utf8");
  expect(kept).toContain("/0/private/Balance");
  expect(kept).not.toContain(key);
  expect(kept).not.toContain(secret);
  expect(kept).not.toMatch(/[^A-Za-z_][1-9]\d*\.\d/u);
});

it("does nothing with a key that can withdraw", async () => {
  const golden = new Golden();
  const { key, secret } = exchange.admin.createKey({ withdraw: true, deposits: { USD: "10000" } });
  const wish = { url: exchange.url, key, secret, symbol: "BTC/USD", place: true };
  await expect(verifyPrivate(wish, golden)).rejects.toThrow("can withdraw");
});
