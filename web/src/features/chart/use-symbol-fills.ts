import { createMemo, createResource, type Accessor } from "solid-js";
import type { FillView } from "../../../../contract/orders.ts";
import { fetchFills } from "../../data/api.ts";
import { useActiveAccountId, useFills } from "../../data/use-account.ts";

/** Fills asked for when a symbol is opened: enough markers for what can be seen at once. */
const HISTORY_ROWS = 200;

/** Own fills of one symbol: a page of history, and those of this session as they come. No order is promised. */
export function useSymbolFills(symbol: Accessor<string>): Accessor<readonly FillView[]> {
  const accountId = useActiveAccountId();
  const live = useFills();
  const place = createMemo(
    () => {
      const id = accountId();
      return id === null ? null : { accountId: id, symbol: symbol() };
    },
    null,
    { equals: (left, right) => left?.accountId === right?.accountId && left?.symbol === right?.symbol },
  );
  const [history] = createResource(place, async (wanted) => {
    const answer = await fetchFills(wanted.accountId, { symbol: wanted.symbol, limit: HISTORY_ROWS });
    // Markers of older fills are an extra: without the history those of this session still stand.
    return { ...wanted, rows: answer.ok ? answer.value.rows : [] };
  });
  return createMemo(() => {
    const stored = history.state === "ready" ? history() : undefined;
    const older =
      stored !== undefined && stored.symbol === symbol() && stored.accountId === accountId() ? stored.rows : [];
    const byId = new Map(older.map((fill) => [fill.id, fill]));
    for (const fill of live()) {
      if (fill.symbol === symbol()) {
        byId.set(fill.id, fill);
      }
    }
    return [...byId.values()];
  });
}
