import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assetOf, isSpendable, nameTable, quoteOf, symbolOf } from "./names.ts";

const shared = process.env.TRADE_SHARED;

const names = nameTable(
  [
    { id: "XXBTZUSD", altname: "XBTUSD", wsname: "XBT/USD", base: "XXBT", quote: "ZUSD" },
    { id: "XDGUSD", altname: "XDGUSD", wsname: "XDG/USD", base: "XXDG", quote: "ZUSD" },
    { id: "XETHXXBT", altname: "ETHXBT", wsname: "ETH/XBT", base: "XETH", quote: "XXBT" },
    { id: "XTZUSD", altname: "XTZUSD", wsname: null, base: "XTZ", quote: "ZUSD" },
    { id: "XXBTZUSD.d", altname: "XBTUSD.d", wsname: "XBT/USD", base: "XXBT", quote: "ZUSD" },
  ],
  [
    { id: "XXBT", altname: "XBT" },
    { id: "XXDG", altname: "XDG" },
    { id: "XETH", altname: "ETH" },
    { id: "ZUSD", altname: "USD" },
    { id: "XTZ", altname: "XTZ" },
    { id: "ZRX", altname: "ZRX" },
  ],
);

describe("a pair", () => {
  it("has one symbol under all its names", () => {
    for (const name of ["XXBTZUSD", "XBTUSD", "XBT/USD", "BTC/USD"]) {
      expect(symbolOf(names, name)).toBe("BTC/USD");
    }
    expect(symbolOf(names, "XDGUSD")).toBe("DOGE/USD");
    expect(symbolOf(names, "ETHXBT")).toBe("ETH/BTC");
    expect(symbolOf(names, "XTZUSD")).toBe("XTZ/USD");
  });

  it("is not made up when the venue does not list it, nor out of an old dark pool", () => {
    expect(symbolOf(names, "LTCUSD")).toBeNull();
    expect(symbolOf(names, "XXBTZUSD.d")).toBeNull();
    expect(symbolOf(names, "constructor")).toBeNull();
  });

  it("tells what it is paid in", () => {
    expect(quoteOf(names, "ETH/BTC")).toBe("BTC");
    expect(quoteOf(names, "LTC/USD")).toBeNull();
  });
});

describe("an asset", () => {
  it("is read from the table, not out of its letters", () => {
    expect(
      ["XXBT", "XBT", "BTC", "XXDG", "XETH", "ZUSD", "XTZ", "ZRX"].map((name) => assetOf(names, name).asset),
    ).toEqual(["BTC", "BTC", "BTC", "DOGE", "ETH", "USD", "XTZ", "ZRX"]);
  });

  it("lies in the wallet that its suffix names; spot and flexible earn can be spent", () => {
    const suffixed = ["XXBT", "XBT.F", "ETH2.S", "XBT.B", "USD.M", "DOT.P", "USD.HOLD"].map((name) => {
      const { asset, wallet } = assetOf(names, name);
      return [asset, wallet, isSpendable(wallet)];
    });
    expect(suffixed).toEqual([
      ["BTC", "spot", true],
      ["BTC", "flex", true],
      ["ETH2", "staked", false],
      ["BTC", "bonded", false],
      ["USD", "rewards", false],
      ["DOT", "parachain", false],
      ["USD", "held", false],
    ]);
  });
});

it.skipIf(shared === undefined)("reads the recorded tables (needs TRADE_SHARED)", () => {
  const pairs = rows("rest_asset_pairs_2026_subset.json").map(([id, row]) => ({
    id,
    altname: String(row["altname"]),
    wsname: typeof row["wsname"] === "string" ? row["wsname"] : null,
    base: String(row["base"]),
    quote: String(row["quote"]),
  }));
  const assets = rows("rest_assets_2026_subset.json").map(([id, row]) => ({ id, altname: String(row["altname"]) }));
  const table = nameTable(pairs, assets);
  expect(["XXBTZUSD", "XDGUSD", "XETHXXBT", "SOLUSD", "XETHZUSD"].map((name) => symbolOf(table, name))).toEqual([
    "BTC/USD",
    "DOGE/USD",
    "ETH/BTC",
    "SOL/USD",
    "ETH/USD",
  ]);
  expect(assetOf(table, "XXDG").asset).toBe("DOGE");
});

function rows(file: string): [string, Record<string, unknown>][] {
  const parsed: { result: Record<string, Record<string, unknown>> } = JSON.parse(
    readFileSync(join(shared ?? "", "kraken", "data", file), "utf8"),
  );
  return Object.entries(parsed.result);
}
