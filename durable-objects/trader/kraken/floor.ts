/** What is history at the connection of a key: it is in the holdings that were found then and is not booked again (TRADING §1). */
import type { Milliseconds } from "../../../domain/market.ts";
import type { VenueLedgerRow } from "../../../domain/venue/reports.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import type { Store } from "../store.ts";

export type Floor = {
  readonly time: Milliseconds;
  /** Of rows and of what they are about. */
  readonly ids: readonly string[];
  /** Of rows alone; absent in floors of before it was kept. */
  readonly ledgerIds?: readonly string[];
};

type Meta = Pick<Store, "meta" | "setMeta">;

/** The floor below the newest ledger rows; both histories are read from it on. */
export function layFloor(store: Meta, rows: readonly VenueLedgerRow[]): void {
  const time = rows.reduce((latest, row) => Math.max(latest, row.time), 0);
  const ids = rows.flatMap(({ ledgerId, referenceId }) => [ledgerId, referenceId]);
  const floor: Floor = { time, ids, ledgerIds: rows.map(({ ledgerId }) => ledgerId) };
  store.setMeta("kraken_floor", JSON.stringify(floor));
  store.setMeta("kraken_trades", String(time));
  store.setMeta("kraken_ledger", String(time));
}

export function floorOf(store: Pick<Store, "meta">): Floor {
  const text = store.meta("kraken_floor");
  return text === null ? { time: 0, ids: [] } : parseTrusted<Floor>(text);
}

/** Ledger rows that the account had at its connection, newest first. */
export function knownLedgerIds(store: Pick<Store, "meta">): readonly string[] {
  return floorOf(store).ledgerIds ?? [];
}

export function isAfter(floor: Floor, id: string, time: Milliseconds): boolean {
  return time >= floor.time && !floor.ids.includes(id);
}
