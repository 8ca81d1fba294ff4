import { DatabaseSync } from "node:sqlite";
import { decimal, multiply, negate, subtract, sum, ZERO } from "../../domain/decimal.ts";
import type { VenueExecution, VenueLedgerRow } from "../../domain/venue/reports.ts";
import type { Section } from "../lib/report.ts";
import { milliseconds, ratio, thousands } from "../lib/statistics.ts";
import { BenchAccount, PAIRS } from "./account.ts";
import { liveOrders } from "../../domain/account/open-orders.ts";

const ORDERS = 100;
const FILLS = { few: 1_000, many: 10_000 } as const;
const QUANTITY = decimal("0.0001");
const PRICE = decimal("99");
const COST = decimal("0.0099");
const FEE = decimal("0.000025");
/** The ledger rounds for itself. */
const LEDGER_FEE = decimal("0.0000");

/** A whole look after so many fills that nobody told of: trades, ledger, comparison of balances. */
export async function benchReconciliation(): Promise<Section> {
  const few = await reconcile(FILLS.few);
  const many = await reconcile(FILLS.many);
  const bare = insertRows(many.rows);
  const each = (took: number, fills: number): number => (took * 1_000) / fills;
  return {
    title: "Reconciliation in memory",
    method: `${thousands(FILLS.many)} fills of ${ORDERS} orders with ${thousands(FILLS.many * 2)} ledger rows, read in pages of 50 that come at once, until belief and exchange agree to the last digit; SQLite in memory, one process. The bare figure parses and inserts the same rows.`,
    rows: [
      {
        what: `${thousands(FILLS.many)} fills`,
        figure: milliseconds(many.took),
        against: `parsed and inserted ${milliseconds(bare)}: ${ratio(many.took, bare)}`,
      },
      {
        what: "a fill",
        figure: `${each(many.took, FILLS.many).toFixed(0)} µs`,
        against: `of ${thousands(FILLS.few)} fills ${each(few.took, FILLS.few).toFixed(0)} µs: ${ratio(each(many.took, FILLS.many), each(few.took, FILLS.few))}`,
      },
    ],
  };
}

async function reconcile(fills: number): Promise<{ readonly took: number; readonly rows: readonly string[] }> {
  const account = await BenchAccount.open();
  try {
    for (let index = 0; index < ORDERS; index += 1) {
      account.time.now += 1_000;
      account.place(PAIRS[index % PAIRS.length]?.symbol ?? "");
      await account.time.step(account.time.now);
    }
    const orders = liveOrders(account.state.orders);
    const trades: VenueExecution[] = [];
    const ledger: VenueLedgerRow[] = [];
    for (let index = 0; index < fills; index += 1) {
      account.time.now += 1;
      const order = orders[index % orders.length];
      if (order !== undefined) {
        const execution = executionOf(order.id, order.symbol, index, account.time.now);
        trades.unshift(execution);
        ledger.unshift(...rowsOf(execution));
      }
    }
    account.shown.trades = trades;
    account.shown.ledger = ledger;
    for (const { asset, amount, fee } of ledger) {
      account.shown.balances.set(asset, sum([account.shown.balances.get(asset) ?? ZERO, amount, negate(fee)]));
    }
    account.time.now += 1_000;
    const begun = performance.now();
    await account.reconcile();
    const took = performance.now() - begun;
    const { venue } = account.state;
    const booked = sum(liveOrders(account.state.orders).map(({ filledQuantity }) => filledQuantity));
    const expected = multiply(QUANTITY, decimal(String(fills)));
    if (booked !== expected || Object.keys(venue?.differences ?? {}).length > 0) {
      throw new Error(`${booked} of ${expected} booked; ${JSON.stringify(venue?.differences)}`);
    }
    return { took, rows: [...trades, ...ledger].map((row) => JSON.stringify(row)) };
  } finally {
    account.close();
  }
}

function executionOf(orderId: string, symbol: string, index: number, time: number): VenueExecution {
  return {
    executionId: `T-${String(index)}`,
    venueOrderId: `O-${orderId}`,
    clientOrderId: null,
    symbol,
    side: "buy",
    price: PRICE,
    quantity: QUANTITY,
    cost: COST,
    fees: [{ asset: "USD", amount: FEE }],
    liquidity: "maker",
    tradeId: index,
    time,
  };
}

function rowsOf({ executionId, symbol, time }: VenueExecution): readonly VenueLedgerRow[] {
  const row = { referenceId: executionId, time, type: "trade", subtype: "", wallet: "spot" };
  const [base = ""] = symbol.split("/");
  return [
    { ...row, ledgerId: `LB-${executionId}`, asset: "USD", amount: subtract(ZERO, COST), fee: LEDGER_FEE },
    { ...row, ledgerId: `LA-${executionId}`, asset: base, amount: QUANTITY, fee: ZERO },
  ];
}

/** Milliseconds for what any client has to do at the least. */
function insertRows(rows: readonly string[]): number {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE facts (id INTEGER PRIMARY KEY, data TEXT NOT NULL)");
  const insert = database.prepare("INSERT INTO facts (data) VALUES (?)");
  const begun = performance.now();
  for (const row of rows) {
    insert.run(JSON.stringify(JSON.parse(row)));
  }
  const took = performance.now() - begun;
  database.close();
  return took;
}
