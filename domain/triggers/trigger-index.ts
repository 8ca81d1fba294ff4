/**
 * The levels that traders watch on one symbol, sorted so that a print touches only those it reaches: the cost of a tick does
 * not depend on how many levels it leaves alone (DESIGN, budgets).
 */
import type { Symbol, Trade, TriggerRow } from "../market.ts";
import { neededDecimals, scaledInteger, type Scaled } from "../book/scaled.ts";

export type OwnedTrigger = { readonly traderId: string; readonly row: TriggerRow };
export type TriggerMatch = OwnedTrigger & { readonly trades: readonly Trade[] };

/** Ends the id of a trailing order's second row, at its best price: a print there moves the order's trigger. */
const BEST = "/best";

/** The id of the row that moves the trigger of an order. */
export function bestRowOf(orderId: string): string {
  return `${orderId}${BEST}`;
}

/** The order that a row is of: its own id, also for the second row of a trailing order. */
export function orderOfRow(rowId: string): string {
  return isBestRow(rowId) ? rowId.slice(0, -BEST.length) : rowId;
}

/**
 * What a print does to a trailing order depends on every print before it: from the first that moves it on all of them count, the
 * low ones between two new highs too.
 */
export function isBestRow(rowId: string): boolean {
  return rowId.endsWith(BEST);
}

type Entry = { readonly traderId: string; readonly row: TriggerRow; key: Scaled };
const NONE: ReadonlySet<Entry> = new Set();

/** Sorted so that the levels which a moving price reaches first come first. */
type Ladder = { readonly entries: Entry[]; readonly descending: boolean };

export class TriggerIndex {
  readonly symbol: Symbol;
  readonly #below: Ladder = { entries: [], descending: true };
  readonly #above: Ladder = { entries: [], descending: false };
  readonly #owners = new Map<string, Map<string, Entry>>();
  /** Best rows that a print has reached, until their trader has heard of it: it gets every print meanwhile. */
  readonly #following = new Set<Entry>();
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
    this.#following.delete(entry);
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

  /** Every further print is the row's: one that moves its order is on its way to the trader. */
  follow(traderId: string, rowId: string): void {
    const entry = this.#owners.get(traderId)?.get(rowId);
    if (entry !== undefined) {
      this.#following.add(entry);
    }
  }

  /** The trader has heard of all prints so far. What comes before its new rows do, they meet when they come. */
  unfollow(traderId: string): void {
    for (const entry of this.#following) {
      if (entry.traderId === traderId) {
        this.#following.delete(entry);
      }
    }
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
    for (const entry of this.#following) {
      collect(matches, entry, prints, () => true);
    }
    const before = this.#following.size === 0 ? NONE : new Set(this.#following);
    const meet = (entry: Entry, isReached: (key: Scaled) => boolean): void => {
      if (!before.has(entry) && collect(matches, entry, prints, isReached) && isBestRow(entry.row.orderId)) {
        this.#following.add(entry);
      }
    };
    for (const entry of this.#below.entries) {
      if (entry.key < lowest) {
        break;
      }
      meet(entry, (key) => key <= entry.key);
    }
    for (const entry of this.#above.entries) {
      if (entry.key > highest) {
        break;
      }
      meet(entry, (key) => key >= entry.key);
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

/** Notes the prints that are the row's; true when there are any. */
function collect(
  matches: TriggerMatch[],
  { traderId, row }: Entry,
  prints: readonly { readonly trade: Trade; readonly key: Scaled }[],
  isReached: (key: Scaled) => boolean,
): boolean {
  const unseen = prints.filter(({ trade }) => trade.id > row.armedTradeId);
  const first = unseen.findIndex(({ key }) => isReached(key));
  if (first < 0) {
    return false;
  }
  const owned = isBestRow(row.orderId) ? unseen.slice(first) : unseen.filter(({ key }) => isReached(key));
  matches.push({ traderId, row, trades: owned.map(({ trade }) => trade) });
  return true;
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
