/** Once everything is quiet: belief and exchange agree to the last digit, and everything derived from the journal says the same. */
import { holdingOf, totalOf } from "../../../domain/account/holdings.ts";
import { compare, ZERO } from "../../../domain/decimal.ts";
import type { Desk } from "../../../durable-objects/trader/desk.ts";
import { resumeFrames } from "../../../durable-objects/trader/frames.ts";
import type { TestDesk } from "../desk.ts";
import { Broken } from "../story.ts";
import { short, type ModelExchange } from "../venue.ts";
import { liveOrders } from "../../../domain/account/open-orders.ts";

/** What differs, in words; null: nothing. */
export function difference(up: TestDesk | null, exchange: ModelExchange): string | null {
  const state = up?.state ?? null;
  if (up === null || state === null) {
    return "the desk is not up";
  }
  const alive = liveOrders(state.orders)[0];
  if (alive !== undefined) {
    return `order ${short(alive.id)} is still ${alive.status}`;
  }
  if (!up.isQuiet) {
    return "the desk is still busy";
  }
  if (exchange.account.live.size > 0) {
    return "orders rest at the exchange";
  }
  for (const [asset, actual] of exchange.balances()) {
    const believed = totalOf(holdingOf(state.holdings, asset));
    if (compare(believed, actual) !== 0) {
      return `${asset}: the desk counts ${believed}, the exchange ${actual}`;
    }
    const { held } = holdingOf(state.holdings, asset);
    if (held !== ZERO) {
      return `${asset}: ${held} is held for nothing`;
    }
  }
  return fillsDiffer(up.desk, exchange);
}

/** Replay, projections and a client that resumes from the beginning all say what the desk believes. */
export function checkProjections(desk: Desk, now: number): void {
  if (!desk.verify().matches) {
    throw new Broken("the replayed journal differs from what the desk believes");
  }
  const frames = resumeFrames(desk, { type: "resume", epoch: null, seq: 0 }, now, now);
  const snapshot = frames.find((frame) => frame.type === "snapshot");
  if (snapshot?.seq !== desk.seq || snapshot.accounts.length !== 1) {
    throw new Broken("a client that connects anew is not told what the journal says");
  }
}

/** What books a fill, and what says that one is called by another id too. */
const FILLS: ReadonlySet<string> = new Set(["fill_booked", "external_fill_booked", "execution_also_named"]);

function fillsDiffer(desk: Desk, { account: { trades } }: ModelExchange): string | null {
  const booked = bookedFills(desk);
  for (const trade of trades) {
    if (!booked.ids.has(trade.id)) {
      return `execution ${trade.id} was never booked`;
    }
  }
  return booked.count === trades.length ? null : `${String(booked.count)} fills booked, ${String(trades.length)} made`;
}

function bookedFills(desk: Desk): { readonly ids: ReadonlySet<string>; readonly count: number } {
  const rows = desk.store.journalAfter(0, 100_000).filter(({ type }) => FILLS.has(type));
  const ids = rows.flatMap(({ data }) => /"executionId":"([^"]+)"/u.exec(data)?.[1] ?? []);
  if (new Set(ids).size < ids.length) {
    throw new Broken("an execution was booked twice");
  }
  return { ids: new Set(ids), count: rows.filter(({ type }) => type !== "execution_also_named").length };
}
