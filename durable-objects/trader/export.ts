import type { FillView, OrderView } from "../../contract/orders.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { Desk } from "./desk.ts";
import { journalView } from "./frames.ts";
import { accountView } from "./views.ts";

const PAGE = 1_000;
/** An RPC answer holds 32 MiB; the journal beyond this is read page by page (`events`). */
const MAXIMUM_CHARACTERS = 8_000_000;

/** Everything the trader knows of its user, as plain data. `complete` is false when the journal did not fit. */
export function exportEverything(desk: Desk, traderId: string): Readonly<Record<string, unknown>> {
  const { store } = desk;
  const orders = collect(
    (last: string) => store.ordersAfter(last, PAGE),
    (row) => row.id,
    "",
  ).map((row) => parseTrusted<OrderView>(row.view));
  const fills = collect(
    (last: number) => store.fillsAfter(last, PAGE),
    (row) => row.seq,
    0,
  ).map((row) => parseTrusted<FillView>(row.view));
  const journal: unknown[] = [];
  let characters = 0;
  let last = 0;
  let page = store.journalAfter(last, PAGE);
  while (page.length > 0 && characters < MAXIMUM_CHARACTERS) {
    for (const row of page) {
      journal.push(journalView(row));
      characters += row.data.length;
      last = row.seq;
    }
    page = store.journalAfter(last, PAGE);
  }
  const accounts = desk.accounts();
  const equity = accounts.flatMap(({ accountId }) =>
    collect(
      (time: number) => store.equityAfter(accountId, time, PAGE),
      (row) => row.time,
      -1,
    ),
  );
  return {
    traderId,
    epoch: desk.epoch,
    accounts: accounts.map(accountView),
    orders,
    fills,
    equity,
    journal,
    complete: page.length === 0,
  };
}

/** All pages of a list, each continued behind the last row of the one before. */
function collect<Row, Key>(read: (after: Key) => readonly Row[], keyOf: (row: Row) => Key, start: Key): readonly Row[] {
  const rows: Row[] = [];
  let after = start;
  for (;;) {
    const page = read(after);
    const last = page.at(-1);
    if (last === undefined) {
      return rows;
    }
    rows.push(...page);
    after = keyOf(last);
  }
}
