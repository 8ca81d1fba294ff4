import type { Desk } from "../../../durable-objects/trader/desk.ts";
import type { HistoryModel } from "../history.ts";
import { Broken } from "../story.ts";

/** D1 is the journal once quiet: every event once, every order and fill as its last event left it. */
export function checkHistory({ store }: Desk, history: HistoryModel): void {
  const journal = store.journalAfter(0, 100_000);
  const copy = history.events();
  if (copy.length !== journal.length) {
    throw new Broken(`D1 has ${String(copy.length)} events, the journal ${String(journal.length)}`);
  }
  const wrong = journal.find(({ seq, type, data }, index) => {
    const row = copy[index];
    return row?.seq !== seq || row.type !== type || !sameJson(row.data, data);
  });
  if (wrong !== undefined) {
    throw new Broken(`D1 has another event ${String(wrong.seq)} than the journal`);
  }
  if (store.parkedRows() > 0) {
    throw new Broken("a row of the history was given up");
  }
  const orders = history.views("orders");
  for (const [id, view] of orders) {
    const [row] = journal;
    const known = row === undefined ? null : store.order(row.accountId, id);
    if (known === null || !sameJson(known, view)) {
      throw new Broken(`D1 shows order ${id} otherwise than the journal left it`);
    }
  }
  const submitted = new Set(journal.flatMap(({ type, data }) => (type === "order_submitted" ? [orderIdIn(data)] : [])));
  const fills = journal.filter(({ type }) => type === "fill_booked").length;
  if (orders.size !== submitted.size || history.views("fills").size !== fills) {
    throw new Broken(
      `D1 has ${String(orders.size)} orders and ${String(history.views("fills").size)} fills, the journal ${String(submitted.size)} and ${String(fills)}`,
    );
  }
}

function orderIdIn(data: string): string {
  return /"orderId":"([^"]+)"/u.exec(data)?.[1] ?? "";
}

function sameJson(left: string, right: string): boolean {
  return left === right || JSON.stringify(JSON.parse(left)) === JSON.stringify(JSON.parse(right));
}
