import { expect, it } from "vitest";
import { decimal } from "../../../domain/decimal.ts";
import type { Instrument } from "../../../domain/market.ts";
import type { VenueLedgerRow } from "../../../domain/venue/reports.ts";
import { BTC } from "../../../tests/sim/support/kraken-rest.ts";
import { nodeStorage } from "../../../tests/support/desk-storage.ts";
import { Desk } from "../desk.ts";
import { Judge } from "./judge.ts";
import type { KrakenAccountPorts } from "./ports.ts";
import { Reader } from "./reconcile.ts";
import type { HistoryPage, KrakenRest } from "./rest/api.ts";
import { RateKeeper } from "./rest/rate-keeper.ts";

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const NOW = START + 1_000 * MINUTE;
const PAGE = 50;

/** An account whose ledger is `rows`, oldest first. `reply` sees every page before it is answered. */
function readerOf(
  rows: readonly VenueLedgerRow[],
  reply: (page: HistoryPage<VenueLedgerRow>, offset: number) => HistoryPage<VenueLedgerRow> | null,
  more: Partial<KrakenRest> = {},
  pairs: readonly Instrument[] = [],
) {
  const storage = nodeStorage();
  const asked: number[] = [];
  const reported: string[] = [];
  let ids = 0;
  const newId = () => `id-${String((ids += 1))}`;
  const open = () => {
    const desk = new Desk({ storage, newId, onWrite: () => undefined, onCommitted: () => undefined });
    const unused = (): never => {
      throw new Error("not to be called");
    };
    const rest: KrakenRest = {
      addOrder: unused,
      validateOrder: unused,
      amendOrder: unused,
      cancelOrder: unused,
      cancelOrders: unused,
      cancelAll: unused,
      cancelAllAfter: unused,
      openOrders: unused,
      closedOrders: unused,
      queryOrders: unused,
      tradesHistory: unused,
      executionsOf: unused,
      queryTrades: unused,
      queryLedgers: unused,
      balances: unused,
      tradeVolume: unused,
      webSocketsToken: unused,
      apiKeyInfo: unused,
      systemStatus: unused,
      waiting: 0,
      async ledgers({ start, offset = 0 }) {
        asked.push(offset);
        const within = rows.filter(({ time }) => typeof start !== "number" || time >= start).toReversed();
        const page = within.slice(offset, offset + PAGE);
        const answer = reply({ rows: page, sent: page.length, count: within.length }, offset);
        return answer === null
          ? { ok: false, failure: { class: "ambiguous", text: "no answer", message: "No answer.", retryAt: null } }
          : { ok: true, value: answer };
      },
      ...more,
    };
    const ports: KrakenAccountPorts = {
      accountId: "kraken",
      desk,
      rest,
      rates: new RateKeeper({ now: () => NOW, save: () => undefined, saved: null }),
      history: rest,
      socket: null,
      market: "sim",
      now: () => NOW,
      after: (_milliseconds, run) => {
        run();
        return () => undefined;
      },
      newId,
      markets: async () => ({}),
      pairs: async () => pairs,
      watched: () => false,
      plan: () => undefined,
      failed: (event) => {
        reported.push(event);
      },
    };
    const judge = new Judge(ports);
    if (judge.state === null) {
      judge.apply({ type: "open_exchange_account", name: "Kraken", zone: "UTC" });
      judge.apply({ type: "find_holdings", balances: [] });
    }
    const booked = () => judge.booked(rows.map(({ ledgerId }) => ledgerId)).size;
    return { reader: new Reader(ports, judge), booked, cash: () => judge.state?.holdings.USD?.managed, judge };
  };
  return { open, asked, reported };
}

/** One dollar a minute. */
function deposits(count: number): readonly VenueLedgerRow[] {
  return Array.from({ length: count }, (_, index) => ({
    ledgerId: `L${String(index)}`,
    referenceId: `R${String(index)}`,
    time: START + index * MINUTE,
    type: "deposit",
    subtype: "",
    asset: "USD",
    wallet: "spot",
    amount: decimal("1"),
    fee: decimal("0"),
  }));
}

it("a history read whose page fails goes on behind what it has booked, after a restart too", async () => {
  let fails = true;
  const stage = readerOf(deposits(230), (page, offset) => (fails && offset === 80 ? null : page));
  const first = stage.open();
  expect(await first.reader.readLedger()).toEqual({ complete: false, clean: false });
  expect(first.booked()).toBe(100);
  fails = false;
  stage.asked.length = 0;
  const second = stage.open();
  expect(await second.reader.readLedger()).toMatchObject({ complete: true });
  expect(second.booked()).toBe(230);
  expect(second.cash()).toBe("230");
  // 130 rows are left, and the overlap of two minutes.
  expect(stage.asked).toEqual([0, 83, 33]);
});

it("a row that is not understood ends no paging and is reported", async () => {
  const stage = readerOf(deposits(120), (page, offset) =>
    offset === 0 ? { ...page, rows: page.rows.slice(1) } : page,
  );
  const { reader, booked } = stage.open();
  expect(await reader.readLedger()).toMatchObject({ complete: true });
  expect(booked()).toBe(119);
  expect(stage.reported).toEqual(["kraken_rows_not_understood"]);
});

it("paging ends on the exchange's count, although the last page is full", async () => {
  const stage = readerOf(deposits(100), (page) => page);
  const { reader, booked } = stage.open();
  await reader.readLedger();
  expect(booked()).toBe(100);
  expect(stage.asked).toEqual([0, 50]);
});

it("a row that comes while pages are read makes no other be passed over", async () => {
  const rows = [...deposits(160)];
  const late = deposits(1).map((row) => ({ ...row, ledgerId: "late", time: NOW }));
  const stage = readerOf(rows, (page, offset) => {
    if (offset === 0 && rows.length === 160) {
      rows.push(...late);
    }
    return page;
  });
  const { reader, booked } = stage.open();
  await reader.readLedger();
  expect(booked()).toBe(160);
  await reader.readLedger();
  expect(booked()).toBe(161);
});

it("pages without a count are read to the first that is not full", async () => {
  const stage = readerOf(deposits(120), (page) => ({ ...page, count: null }));
  const { reader, booked } = stage.open();
  await reader.readLedger();
  expect(booked()).toBe(120);
  expect(stage.asked).toEqual([0, 50, 100]);
});

it("fees are asked for in pages, of every pair that the account holds something of", async () => {
  const asked: (readonly string[])[] = [];
  const pairs = Array.from({ length: 100 }, (_, index) => pairOf(`A${String(index)}`));
  const rows = deposits(100)
    .map((row, index) => ({ ...row, asset: `A${String(index)}` }))
    .slice(55);
  const { reader, judge } = readerOf(
    rows,
    (page) => page,
    {
      balances: async () => ({ ok: true, value: { balances: [], held: [], elsewhere: [] } }),
      openOrders: async () => ({ ok: true, value: [] }),
      tradesHistory: async () => ({ ok: true, value: { rows: [], sent: 0, count: 0 } }),
      async tradeVolume(some) {
        asked.push(some.map(({ symbol }) => symbol));
        const fees = some.map(({ symbol }) => ({ symbol, takerPercent: decimal("0.4"), makerPercent: decimal("0.2") }));
        return { ok: true, value: { fees, thirtyDayVolume: null } };
      },
    },
    pairs,
  ).open();
  await reader.reconcile();
  expect(asked.every((page) => page.length <= 40)).toBe(true);
  expect(asked.flat()).toHaveLength(85);
  expect(judge.state?.venue?.fees["A99/USD"]).toEqual({ takerPercent: "0.4", makerPercent: "0.2" });
});

function pairOf(base: string): Instrument {
  return { ...BTC, symbol: `${base}/USD`, restName: `${base}USD`, base };
}
