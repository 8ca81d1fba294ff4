/**
 * The levels that traders watch on one symbol, sorted so that a print touches only those it reaches: the cost of a tick does
 * not depend on how many levels it leaves alone (DESIGN, budgets).
 */
import type { Symbol, Trade, TriggerRow } from "../market.ts";
import { neededDecimals, scaledInteger, type Scaled } from "../book/scaled.ts";

export type OwnedTrigger = { readonly traderId: string; readonly row: TriggerRow };
export type TriggerMatch = OwnedTrigger & { readonly trades: readonly Trade[] };

type Entry = { readonly traderId: string; readonly row: TriggerRow; key: Scaled };
/** Sorted so that the levels which a moving price reaches first come first. */
type Ladder = { readonly entries: Entry[]; readonly descending: boolean };

export class TriggerIndex {
  readonly symbol: Symbol;
  readonly #below: Ladder = { entries: [], descending: true };
  readonly #above: Ladder = { entries: [], descending: false };
  readonly #owners = new Map<string, Map<string, Entry>>();
  #decimals: number;
  #size = 0;

  constructor(symbol: Symbol, priceDecimals: number) {
    this.symbol = symbol;
    this.#decimals = priceDecimals;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a row, or replaces the one of the same order. */
  set(traderId: string, row: TriggerRow): void {
    this.remove(traderId, row.orderId);
    const entry: Entry = { traderId, row, key: this.#key(row.level) };
    const ladder = this.#ladder(row);
    // Behind its equals: the older order comes first.
    ladder.entries.splice(firstBehind(ladder, entry.key), 0, entry);
    const orders = this.#owners.get(traderId) ?? new Map<string, Entry>();
    orders.set(row.orderId, entry);
    this.#owners.set(traderId, orders);
    this.#size += 1;
  }

  /** True when there was such a row. */
  remove(traderId: string, orderId: string): boolean {
    const orders = this.#owners.get(traderId);
    const entry = orders?.get(orderId);
    if (orders === undefined || entry === undefined) {
      return false;
    }
    orders.delete(orderId);
    if (orders.size === 0) {
      this.#owners.delete(traderId);
    }
    const ladder = this.#ladder(entry.row);
    // Rows at one level stand together: the search ends there.
    const index = ladder.entries.indexOf(entry, firstAtOrAfter(ladder, entry.key));
    ladder.entries.splice(index, 1);
    this.#size -= 1;
    return true;
  }

  row(traderId: string, orderId: string): TriggerRow | null {
    return this.#owners.get(traderId)?.get(orderId)?.row ?? null;
  }

  /** Every row with its owner, as it stands now. */
  all(): readonly OwnedTrigger[] {
    return [...this.#below.entries, ...this.#above.entries].map(({ traderId, row }) => ({ traderId, row }));
  }

  rowsOf(traderId: string): readonly TriggerRow[] {
    return Array.from(this.#owners.get(traderId)?.values() ?? [], ({ row }) => row);
  }

  /** Rows that the prints reach, each with the prints that reach it, in id order. Prints up to the armed id never count. */
  match(trades: readonly Trade[]): readonly TriggerMatch[] {
    if (this.#size === 0 || trades.length === 0) {
      return [];
    }
    const prints = trades.map((trade) => ({ trade, key: this.#key(trade.price) }));
    const lowest = prints.reduce((least, { key }) => (key < least ? key : least), prints[0]?.key ?? 0);
    const highest = prints.reduce((most, { key }) => (key > most ? key : most), prints[0]?.key ?? 0);
    const matches: TriggerMatch[] = [];
    for (const entry of this.#below.entries) {
      if (entry.key < lowest) {
        break;
      }
      collect(
        matches,
        entry,
        prints.filter(({ key }) => key <= entry.key),
      );
    }
    for (const entry of this.#above.entries) {
      if (entry.key > highest) {
        break;
      }
      collect(
        matches,
        entry,
        prints.filter(({ key }) => key >= entry.key),
      );
    }
    return matches;
  }

  #ladder(row: TriggerRow): Ladder {
    return row.direction === "below" ? this.#below : this.#above;
  }

  #key(price: string): Scaled {
    const key = scaledInteger(price, this.#decimals);
    if (key !== null) {
      return key;
    }
    // A finer price than the pair allows: order everything at the finer scale from now on.
    this.#decimals = Math.max(this.#decimals, neededDecimals(price));
    for (const entry of [...this.#below.entries, ...this.#above.entries]) {
      entry.key = scaledInteger(entry.row.level, this.#decimals) ?? entry.key;
    }
    return scaledInteger(price, this.#decimals) ?? 0;
  }
}

/** The prints that reach one row, in id order. */
export function printsThatReach(row: TriggerRow, trades: readonly Trade[]): readonly Trade[] {
  const index = new TriggerIndex(row.symbol, 0);
  index.set("", row);
  return index.match(trades)[0]?.trades ?? [];
}

function collect(
  matches: TriggerMatch[],
  { traderId, row }: Entry,
  prints: readonly { readonly trade: Trade }[],
): void {
  const trades = prints.map(({ trade }) => trade).filter(({ id }) => id > row.armedTradeId);
  if (trades.length > 0) {
    matches.push({ traderId, row, trades });
  }
}

/** Where rows at the key's level begin. */
function firstAtOrAfter({ entries, descending }: Ladder, key: Scaled): number {
  return search(entries, (at) => (descending ? at > key : at < key));
}

/** Where rows at the key's level end. */
function firstBehind({ entries, descending }: Ladder, key: Scaled): number {
  return search(entries, (at) => (descending ? at >= key : at <= key));
}

/** Index of the first entry that is not before; `isBefore` holds for a first part of the entries and for none after it. */
function search(entries: readonly Entry[], isBefore: (key: Scaled) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(entries[middle]?.key ?? 0)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
