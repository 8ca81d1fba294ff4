import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFrame } from "./frames.ts";

const shared = process.env.TRADE_SHARED;

describe("frames of the venue", () => {
  it("of a book keep their number tokens", () => {
    const text =
      '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":62797.0,"qty":0.00005100}],"asks":[],"checksum":3310070434,"timestamp":"2026-08-16T23:37:04.334090Z"}]}';
    expect(readFrame(text)).toEqual({
      kind: "book",
      type: "update",
      books: [
        {
          symbol: "BTC/USD",
          bids: [{ price: "62797.0", qty: "0.00005100" }],
          asks: [],
          checksum: 3_310_070_434,
          time: Date.UTC(2026, 7, 16, 23, 37, 4, 334),
        },
      ],
    });
  });

  it("of trades become prints in canonical decimals", () => {
    const text =
      '{"channel":"trade","type":"snapshot","data":[{"symbol":"BTC/USD","side":"sell","price":68466.90,"qty":0.01919415,"ord_type":"market","trade_id":70635251,"timestamp":"2024-05-27T12:33:10.826003Z"}]}';
    expect(readFrame(text)).toEqual({
      kind: "trades",
      type: "snapshot",
      trades: [
        {
          id: 70_635_251,
          symbol: "BTC/USD",
          price: "68466.9",
          quantity: "0.01919415",
          side: "sell",
          time: Date.UTC(2024, 4, 27, 12, 33, 10, 826),
        },
      ],
    });
  });

  it("of a ticker may lack the newer fields, and an empty side is no price", () => {
    const text =
      '{"channel":"ticker","type":"snapshot","data":[{"symbol":"BTC/USD","bid":0.0,"bid_qty":0,"ask":65972.9,"ask_qty":39.6,"last":65972.9,"volume":4216.61829370,"vwap":64275.2,"low":61325.4,"high":66450.0,"change":4412.1,"change_pct":7.17}]}';
    expect(readFrame(text)).toMatchObject({
      kind: "tickers",
      type: "snapshot",
      tickers: [{ symbol: "BTC/USD", bid: null, ask: "65972.9", last: "65972.9", volume: "4216.6182937", time: null }],
    });
  });

  it("of instruments read exponents, and pass over pairs of a kind that is not known", () => {
    const pair =
      '{"symbol":"SHIB/USD","base":"SHIB","quote":"USD","status":"online","qty_precision":5,"qty_increment":0.00001,"qty_min":160000,"price_precision":8,"price_increment":1E-8,"cost_precision":9,"cost_min":0.50}';
    const text = `{"channel":"instrument","type":"snapshot","data":{"assets":[{"id":"SHIB","precision":5}],"pairs":[${pair},{"symbol":"ODD"}]}}`;
    expect(readFrame(text)).toMatchObject({
      kind: "instruments",
      pairs: [{ symbol: "SHIB/USD", tickSize: "0.00000001", minimumQuantity: "160000", minimumCost: "0.5" }],
    });
  });

  it.each([
    ['{"channel":"heartbeat"}', { kind: "heartbeat" }],
    [
      '{"channel":"status","type":"update","data":[{"system":"cancel_only","connection_id":18125794168470749634}]}',
      { kind: "status", system: "cancel_only" },
    ],
    ['{"method":"pong","req_id":1,"time_in":"x","time_out":"y"}', { kind: "pong" }],
    [
      '{"method":"subscribe","req_id":11,"result":{"channel":"book","depth":10,"snapshot":true,"symbol":"BTC/USD"},"success":true}',
      {
        kind: "reply",
        method: "subscribe",
        success: true,
        channel: "book",
        symbol: "BTC/USD",
        requestId: 11,
        error: null,
      },
    ],
    [
      '{"error":"Currency pair not supported XBT/USD","method":"subscribe","success":false,"symbol":"XBT/USD"}',
      { kind: "reply", success: false, symbol: "XBT/USD", channel: null, requestId: null },
    ],
    ["CloudFlare WebSocket proxy restarting", { kind: "text" }],
    ["[1,2]", { kind: "unknown" }],
    ["null", { kind: "unknown" }],
    [
      '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":"x"}],"asks":[],"checksum":1}]}',
      { kind: "unknown" },
    ],
    ['{"channel":"book","type":"update","data":[7]}', { kind: "unknown" }],
    ['{"channel":"book","type":"gossip","data":[]}', { kind: "unknown" }],
    ['{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD"}]}', { kind: "unknown" }],
    ['{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":1e999}]}', { kind: "unknown" }],
    ['{"channel":"instrument","type":"update","data":7}', { kind: "unknown" }],
    ['{"channel":"status","data":[]}', { kind: "unknown" }],
  ])("%s is understood for what it is", (text, message) => {
    expect(readFrame(text)).toMatchObject(message);
  });

  it("never make the reader throw, whatever arrives", () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"channel":"book","type":"update","data":${json}}`),
    );
    fc.assert(
      fc.property(text, (frame) => {
        expect(typeof readFrame(frame).kind).toBe("string");
      }),
    );
  });

  describe.skipIf(shared === undefined || !existsSync(shared))("recorded from Kraken (needs TRADE_SHARED)", () => {
    it.each(["ws_frames_public.ndjson", "ws_frames_admin_and_errors.ndjson"])("in %s are all understood", (file) => {
      const lines = readFileSync(join(shared ?? "", "kraken", "data", file), "utf8")
        .trim()
        .split("\n");
      const unread = lines.flatMap((line) => {
        const { name, dir, text } = JSON.parse(line) as { name: string; dir: string; text?: string };
        // The frame's own text: parsing the line would lose the tokens.
        const frame = text ?? line.slice(line.indexOf('"frame":') + 8, -1);
        const isOurs = dir === "rx" && !/level3|ohlc/.test(name);
        return isOurs && readFrame(frame).kind === "unknown" ? [name] : [];
      });
      expect(unread).toEqual([]);
    });

    it("list every usual pair with its rules", () => {
      const text = readFileSync(join(shared ?? "", "kraken", "data", "ws_instrument_v2_subset.json"), "utf8");
      const message = readFrame(text);
      expect(message.kind === "instruments" && message.pairs.length).toBe(40);
      expect(message.kind === "instruments" && message.assetDecimals.get("BTC")).toBe(10);
    });
  });
});
