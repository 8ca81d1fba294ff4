/** What a replay has to leave behind: exact money at every event of the journal, and no order that the recorded prices passed over. */
import { expect } from "vitest";
import { accountDetail } from "../../contract/accounts.ts";
import type { AccountEvent } from "../../domain/account/events.ts";
import { evolve } from "../../domain/account/evolve.ts";
import { imbalance, postings } from "../../domain/account/postings.ts";
import { unopenedAccount } from "../../domain/account/state.ts";
import { accountView } from "../../domain/account/views.ts";
import { add, compare, decimal, multiply, ZERO, type Decimal } from "../../domain/decimal.ts";
import { haltsInForce } from "../../domain/risk/halt.ts";
import { valuate } from "../../domain/valuation.ts";
import { domainEvent, type Program } from "./program.ts";

/** One candle of a recording by the hour. */
export type HourlyCandle = { readonly time: number; readonly high: Decimal; readonly low: Decimal };

export const HOUR_MS = 3_600_000;

/** Checks every event of the account's journal against its postings and the recording; answers the events. */
export async function expectExactMoney(
  program: Program,
  accountId: string,
  candles: readonly HourlyCandle[],
): Promise<readonly AccountEvent[]> {
  const events = (await program.allEvents(accountId)).map((view) => ({ seq: view.seq, event: domainEvent(view) }));
  let state = unopenedAccount(accountId);
  let mark = ZERO;
  const totals: Record<string, Decimal> = {};
  for (const { seq, event } of events) {
    expect(imbalance(event)).toEqual([]);
    for (const { ledger, asset, amount } of postings(event)) {
      if (ledger === "free" || ledger === "held") {
        totals[asset] = add(totals[asset] ?? ZERO, amount);
      }
    }
    if (event.type === "order_submitted" && event.intent === "entry") {
      expect(haltsInForce(state.halts, event.marketTime)).toEqual([]);
    }
    state = evolve(state, event, seq);
    const bitcoin = state.holdings["BTC"];
    expect(compare(bitcoin?.held ?? ZERO, bitcoin?.managed ?? ZERO)).toBeLessThanOrEqual(0);
    if (event.type === "fill_booked") {
      mark = event.price;
      const candle = candles.findLast(({ time }) => time <= event.filledAt);
      expect(event.filledAt).toBeLessThan((candle?.time ?? 0) + HOUR_MS);
      const traded = event.printPrice ?? event.price;
      if (event.tradeId !== null && candle !== undefined) {
        expect(compare(traded, candle.low)).toBeGreaterThanOrEqual(0);
        expect(compare(traded, candle.high)).toBeLessThanOrEqual(0);
      }
      if (event.liquidity === "maker" && candle !== undefined) {
        expect(event.side).toBe("buy");
        // A buy that rests fills only when the tape has been at or under its price.
        expect(compare(candle.low, event.price)).toBeLessThanOrEqual(0);
        expect(compare(event.printPrice ?? event.price, event.price)).toBeLessThanOrEqual(0);
      }
    }
    const cash = totals["USD"] ?? ZERO;
    const inventory = multiply(totals["BTC"] ?? ZERO, mark);
    const worth = valuate(accountView(state), { "BTC/USD": { mark, fresh: true } });
    expect(worth.equity).toBe(add(cash, inventory));
  }
  expect(state.faults).toEqual([]);
  const told = events.map(({ event }) => event);
  expect(overlooked(told, candles)).toEqual([]);
  const shown = await program.get(`/api/accounts/${accountId}`, accountDetail);
  expect(shown.account.balances).toEqual(accountView(state).balances);
  return told;
}

/** Fills of an account's events. */
export function fillsOf(events: readonly AccountEvent[]) {
  return events.filter((event) => event.type === "fill_booked");
}

/** A row of Kraken's OHLCVT files. */
export function readCandle(line: string): HourlyCandle {
  const [time = "", , high = "", low = ""] = line.split(",");
  return { time: Number(time) * 1000, high: decimal(high), low: decimal(low) };
}

/** From when to when an order stood at a price: a resting buy or an armed stop, which both wait for the price to fall. */
type Stand = { readonly orderId: string; readonly price: Decimal; readonly since: number; readonly until: number };

/** Orders that stood untouched although a whole hour had traded at or through their price meanwhile. */
function overlooked(events: readonly AccountEvent[], candles: readonly HourlyCandle[]): readonly Stand[] {
  return standsOf(events).filter(({ price, since, until }) =>
    candles.some(({ time, low }) => time >= since && time + HOUR_MS <= until && compare(low, price) < 0),
  );
}

function standsOf(events: readonly AccountEvent[]): readonly Stand[] {
  const standing = new Map<string, { readonly price: Decimal; readonly since: number }>();
  const stands: Stand[] = [];
  const end = (orderId: string, until: number): void => {
    const stand = standing.get(orderId);
    if (stand !== undefined) {
      stands.push({ orderId, ...stand, until });
      standing.delete(orderId);
    }
  };
  for (const event of events) {
    if (event.type === "order_submitted") {
      const price = event.side === "buy" ? event.limitPrice : event.triggerPrice;
      if (price !== null) {
        standing.set(event.orderId, { price, since: event.marketTime });
      }
    } else if (event.type === "order_amended" || event.type === "trigger_moved") {
      const price = event.type === "order_amended" ? (event.triggerPrice ?? event.limitPrice) : event.triggerPrice;
      end(event.orderId, event.marketTime);
      if (price !== null) {
        standing.set(event.orderId, { price, since: event.marketTime });
      }
    } else if (event.type === "order_triggered") {
      end(event.orderId, event.triggeredAt);
    } else if (event.type === "order_cancelled") {
      end(event.orderId, event.marketTime);
    } else if (event.type === "fill_booked") {
      end(event.orderId, event.filledAt);
    }
  }
  return stands;
}
