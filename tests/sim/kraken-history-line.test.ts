import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HistoryLine } from "../../durable-objects/trader/kraken/history-line.ts";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { connect, valueOf, type TestClient } from "./support/kraken-rest.ts";

let exchange: Exchange;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "history line" });
});
afterAll(async () => {
  await exchange.stop();
});

type Stage = {
  readonly line: HistoryLine;
  readonly trading: TestClient;
  readonly readOnly: TestClient;
  readonly notes: (string | null)[];
};

/** A trading key, and a read-only key of the same or of another account. */
async function stageOf(account: string, other: string, has = true): Promise<Stage> {
  const trading = await connect(exchange, exchange.admin.createKey({ account, tier: "pro", deposits: { USD: "100" } }));
  const permissions = ["query-closed-trades", "query-ledger"] as const;
  const key = exchange.admin.createKey({
    account: other,
    tier: "pro",
    permissions,
    ...(other === account ? {} : { deposits: { USD: "7" } }),
  });
  const readOnly = await connect(exchange, key);
  const notes: (string | null)[] = [];
  const line = new HistoryLine({
    trading: trading.rest,
    readOnly: readOnly.rest,
    has: () => has,
    note: (message) => {
      notes.push(message);
    },
  });
  return { line, trading, readOnly, notes };
}

function callsOf({ sent }: TestClient): readonly string[] {
  return sent.map(({ url }) => url.slice(url.lastIndexOf("/") + 1));
}

describe("trades and ledger", () => {
  it("are read with the read-only key once it has shown the same ledger", async () => {
    const { line, trading, readOnly, notes } = await stageOf("same", "same");
    expect(valueOf(await line.ledgers({})).rows).toHaveLength(1);
    valueOf(await line.tradesHistory({}));
    valueOf(await line.ledgers({}));
    expect(callsOf(trading)).toEqual(["Ledgers"]);
    expect(callsOf(readOnly)).toEqual(["Ledgers", "Ledgers", "TradesHistory", "Ledgers"]);
    expect(notes).toEqual([null]);
  });

  it("are never taken from the key of another account, and its owner is told", async () => {
    const { line, trading, notes } = await stageOf("mine", "somebody else's");
    const { rows } = valueOf(await line.ledgers({}));
    expect(rows.map(({ amount }) => amount)).toEqual(["100"]);
    expect(callsOf(trading)).toEqual(["Ledgers", "Ledgers"]);
    expect(notes.at(-1)).toContain("belongs to another account");
  });

  it("are read with the trading key when the other is refused, and its owner is told", async () => {
    const { line, trading, notes } = await stageOf("refused", "refused");
    valueOf(await line.ledgers({}));
    exchange.faults.add({ kind: "error", target: "TradesHistory", text: "EAPI:Invalid key", times: 1 });
    valueOf(await line.tradesHistory({}));
    expect(callsOf(trading)).toEqual(["Ledgers", "TradesHistory"]);
    expect(notes.at(-1)).toContain("key");
  });

  it("are read with the trading key where there is no other", async () => {
    const { line, readOnly } = await stageOf("alone", "alone", false);
    valueOf(await line.tradesHistory({}));
    expect(callsOf(readOnly)).toEqual([]);
  });
});
