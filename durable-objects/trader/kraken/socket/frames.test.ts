import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BalanceStream } from "../../../../domain/venue/execution-stream-balances.ts";
import type { StreamFact } from "../../../../domain/venue/execution-stream-facts.ts";
import { ExecutionStream } from "../../../../domain/venue/execution-stream.ts";
import { readPrivateFrame, type PrivateMessage } from "./frames.ts";

const shared = process.env["TRADE_SHARED"];

const sample = z.object({ name: z.string() });

/** Name and text of every recorded frame. The text is cut out, because parsing would lose the number tokens. */
function samples(file: string): readonly (readonly [name: string, text: string])[] {
  if (shared === undefined) {
    return [];
  }
  const lines = readFileSync(join(shared, "kraken", "data", file), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => {
    const { name } = sample.parse(JSON.parse(line));
    const begin = line.indexOf('"frame":');
    return [name, begin === -1 ? "CloudFlare WebSocket proxy restarting" : line.slice(begin + 8, -1)];
  });
}

function readSample(file: string, name: string): PrivateMessage {
  return readPrivateFrame(samples(file).find(([each]) => each === name)?.[1] ?? "");
}

/** What the frames tell, one after the other, as if they were one subscription's. */
function factsOf(texts: readonly string[]): readonly StreamFact[] {
  const executions = new ExecutionStream();
  const balances = new BalanceStream();
  executions.expectSnapshot();
  balances.expectSnapshot();
  return texts.flatMap((text) => {
    const message = readPrivateFrame(text);
    if (message.kind === "executions") {
      return executions.take(message.frame).facts;
    }
    return message.kind === "balances" ? balances.take(message.frame).facts : [];
  });
}

describe.skipIf(shared === undefined)("recorded private frames (needs TRADE_SHARED)", () => {
  it.each(samples("ws_frames_private.ndjson"))("%s is understood to the last row", (_name, text) => {
    const message = readPrivateFrame(text);
    expect(["executions", "balances", "reply"]).toContain(message.kind);
    if (message.kind === "executions") {
      expect(message.frame.rows.filter((row) => "unreadable" in row)).toEqual([]);
      const trades = message.frame.rows.filter((row) => !("unreadable" in row) && row.kind === "trade");
      expect(trades.filter((row) => !("unreadable" in row) && row.fill === null)).toEqual([]);
    }
    if (message.kind === "balances" && message.frame.kind === "update") {
      expect(message.frame.updates).not.toContain(null);
    }
    if (message.kind === "reply") {
      expect(message.reply.error).toBeNull();
    }
  });

  it.each(samples("ws_frames_admin_and_errors.ndjson").filter(([name]) => name !== "ping"))(
    "%s is understood",
    (name, text) => {
      const message = readPrivateFrame(text);
      const isError = /error|refused|bad_token/.test(name);
      expect(message.kind).toBe(
        isError || name.includes("ack")
          ? "reply"
          : (/status|heartbeat|pong/.exec(name)?.[0] ?? (name.startsWith("cloudflare") ? "text" : "unknown")),
      );
      expect(message.kind === "reply" && message.reply.error !== null).toBe(isError);
    },
  );

  it("tell the life of an order that was amended and cancelled", () => {
    const life = samples("ws_frames_private.ndjson").filter(([name]) => name.startsWith("exec_lifecycle_2026"));
    const orders = factsOf(life.map(([, text]) => text)).flatMap((fact) => (fact.type === "order" ? [fact.order] : []));
    expect(orders.map(({ status, quantity, limitPrice }) => [status, quantity, limitPrice])).toEqual([
      ["pending", "0.0001", "80000"],
      ["open", "0.0001", "80000"],
      ["open", "0.0001", "81818"],
      ["open", "0.00005", "81818"],
      ["cancelled", "0.00005", "81818"],
    ]);
    expect(orders.at(-1)).toEqual({
      venueOrderId: "OVN7VD-7VYHS-APBKHA",
      clientOrderId: "b17c7bb34d000200",
      parentVenueOrderId: null,
      isParentUntold: true,
      symbol: "BTC/USDT",
      side: "buy",
      type: "limit",
      status: "cancelled",
      quantity: "0.00005",
      filledQuantity: "0",
      limitPrice: "81818",
      triggerPrice: null,
      reason: "User requested",
      openedAt: Date.parse("2026-01-22T06:06:19.833Z"),
      closedAt: Date.parse("2026-01-22T06:06:36.039Z"),
      expiresAt: null,
    });
  });

  it("tell the documented fill: its trade ends the order although it says partially filled", () => {
    const snapshot = '{"channel":"executions","type":"snapshot","data":[],"sequence":7}';
    const fill = samples("ws_frames_private.ndjson").filter(([name]) => name.startsWith("exec_fill_doc"));
    const facts = factsOf([snapshot, ...fill.map(([, text]) => text)]);
    expect(facts.filter(({ type }) => type === "execution")).toEqual([
      {
        type: "execution",
        execution: {
          executionId: "TGBB7L-HT5LX-J3BZ4A",
          venueOrderId: "OK4GJX-KSTLS-7DZZO5",
          clientOrderId: null,
          symbol: "BTC/USD",
          side: "sell",
          price: "26599.9",
          quantity: "0.005",
          cost: "132.9995",
          fees: [{ asset: "USD", amount: "0.3458" }],
          liquidity: "taker",
          tradeId: 62_887_576,
          time: Date.parse("2023-09-22T10:33:05.709Z"),
        },
      },
    ]);
    const last = facts.at(-1);
    expect(last?.type === "order" && [last.order.status, last.order.filledQuantity]).toEqual(["closed", "0.005"]);
  });

  it("keep the trigger of a stop with its limit", () => {
    const message = readSample("ws_frames_private.ndjson", "exec_pending_new_stop_loss_limit");
    expect(message.kind === "executions" && message.frame.rows[0]).toMatchObject({
      orderType: "stop-loss-limit",
      triggerPrice: "0.2",
      limitPrice: "0.2",
    });
  });

  it("tell totals and ledger rows of balances", () => {
    const message = readSample("ws_frames_private.ndjson", "balances_update_quote");
    expect(message.kind === "balances" && message.frame).toMatchObject({
      kind: "update",
      sequence: 4,
      updates: [
        {
          row: { ledgerId: "DATKX6-PEHL1-HZKND8", asset: "USD", wallet: "spot", amount: "-19.9743", fee: "0.0499" },
          balance: { asset: "USD", total: "118.0677" },
        },
      ],
    });
  });

  it("tell the most that the rate counter may reach, and a refused token without a request id", () => {
    const ack = readSample("ws_frames_admin_and_errors.ndjson", "subscribe_ack_execution");
    expect(ack.kind === "reply" && ack.reply.maximumRateCount).toBe(180);
    const refused = readSample("ws_frames_admin_and_errors.ndjson", "executions_bad_token");
    expect(refused.kind === "reply" && refused.reply).toMatchObject({
      requestId: null,
      channel: "executions",
      error: "ESession:Invalid session",
    });
  });
});

describe("private frames that are not as expected", () => {
  it("keep every digit and read exponents", () => {
    const row =
      '{"order_id":"O","exec_type":"status","timestamp":"2026-01-22T06:06:19.833306Z","order_qty":123456789.123456789012,"cum_qty":1e-8}';
    const message = readPrivateFrame(`{"channel":"executions","type":"update","sequence":2,"data":[${row}]}`);
    expect(message.kind === "executions" && message.frame.rows[0]).toMatchObject({
      quantity: "123456789.123456789012",
      filledQuantity: "0.00000001",
    });
  });

  it("say which order's row could not be read", () => {
    const rows = '[{"order_id":"O1","exec_type":"trade","timestamp":"yesterday"},{"exec_type":"trade"}]';
    const message = readPrivateFrame(`{"channel":"executions","type":"update","sequence":2,"data":${rows}}`);
    expect(message.kind === "executions" && message.frame.rows).toEqual([
      { unreadable: true, venueOrderId: "O1" },
      { unreadable: true, venueOrderId: null },
    ]);
  });

  it.each([
    '{"channel":"executions","type":"update","data":[]}',
    '{"channel":"executions","type":"update","sequence":"3","data":[]}',
    '{"channel":"executions","type":"surprise","sequence":3,"data":[]}',
  ])("are noticed as a loss of the channel: %s", (text) => {
    expect(readPrivateFrame(text)).toEqual({ kind: "unreadable", channel: "executions" });
  });

  it("do not make a total of half a snapshot", () => {
    const rows = '[{"asset":"USD","balance":1.0},{"asset":"BTC"}]';
    const message = readPrivateFrame(`{"channel":"balances","type":"snapshot","sequence":1,"data":${rows}}`);
    expect(message).toEqual({ kind: "unreadable", channel: "balances" });
  });

  it("give a trailing stop the price that it stands at, not its distance", () => {
    const triggers = '{"price":5.0,"price_type":"pct","actual_price":60800.0}';
    const row = `{"order_id":"O","exec_type":"new","timestamp":"2026-01-22T06:06:19Z","triggers":${triggers}}`;
    const message = readPrivateFrame(`{"channel":"executions","type":"update","sequence":2,"data":[${row}]}`);
    expect(message.kind === "executions" && message.frame.rows[0]).toMatchObject({ triggerPrice: "60800" });
  });

  it("tell that a trigger was met", () => {
    const row = (status: string) =>
      `{"order_id":"O","exec_type":"status","timestamp":"2026-01-22T06:06:19Z","triggers":{"price":5.0,"status":"${status}"}}`;
    const rows = `${row("untriggered")},${row("triggered")}`;
    const message = readPrivateFrame(`{"channel":"executions","type":"update","sequence":2,"data":[${rows}]}`);
    const read = message.kind === "executions" ? message.frame.rows : [];
    expect(read.map((each) => "triggered" in each && each.triggered)).toEqual([false, true]);
  });

  it.each(["[]", "7", "null", '{"channel":"ticker","data":[]}', '{"hello":1}'])("are unknown: %s", (text) => {
    expect(readPrivateFrame(text)).toEqual({ kind: "unknown" });
  });
});
