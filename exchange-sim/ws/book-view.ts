import type { Market } from "../engine/market.ts";
import type { BookSide, Side } from "../engine/order-book.ts";
import { formatUnits } from "../units.ts";
import { bookChecksum, type TokenLevel } from "./checksum.ts";

export const bookDepths = [10, 25, 100, 500, 1000] as const;

interface Entry {
  readonly price: number;
  readonly quantity: bigint;
}

/** One side's entries of a message that is being collected. */
export interface SideChange {
  readonly side: Side;
  readonly entries: readonly Entry[];
}

/**
 * What a subscriber of one depth has in hand. It turns level changes of the whole book into the entries Kraken would
 * send: nothing for levels below the depth, the level that comes into view in the same message as the deletion that
 * let it in, no deletion for levels that fall out (PROTOCOL §5.5).
 */
export class BookView {
  readonly depth: number;
  readonly #market: Market;
  readonly #held: Record<Side, Entry[]>;
  readonly #pending: Record<Side, Entry[]> = { buy: [], sell: [] };

  constructor(market: Market, depth: number) {
    this.#market = market;
    this.depth = depth;
    this.#held = { buy: this.#top(market.book.bids), sell: this.#top(market.book.asks) };
  }

  levels(side: Side): readonly Entry[] {
    return this.#held[side];
  }

  /** Takes in a change of the whole book; called while the book is as it was right after that change. */
  levelChanged(side: Side, price: number, quantity: bigint): void {
    const held = this.#held[side];
    const pending = this.#pending[side];
    const index = held.findIndex((entry) => (side === "buy" ? entry.price <= price : entry.price >= price));
    const place = index < 0 ? held.length : index;
    const known = held[place]?.price === price ? held[place] : undefined;
    if (quantity === 0n) {
      if (known === undefined) {
        return;
      }
      held.splice(place, 1);
      pending.push({ price, quantity });
      const entering = this.#market.book.side(side).levels[this.depth - 1];
      if (entering !== undefined && held.length === this.depth - 1) {
        const entry = { price: entering.price, quantity: entering.total };
        held.push(entry);
        pending.push(entry);
      }
      return;
    }
    if (known !== undefined) {
      if (known.quantity !== quantity) {
        held[place] = { price, quantity };
        pending.push({ price, quantity });
      }
      return;
    }
    if (place >= this.depth) {
      return;
    }
    held.splice(place, 0, { price, quantity });
    held.length = Math.min(held.length, this.depth);
    pending.push({ price, quantity });
  }

  /** The entries collected since the last call, one change per side that has any. */
  settle(): SideChange[] {
    const changes: SideChange[] = [];
    for (const side of ["buy", "sell"] as const) {
      if (this.#pending[side].length > 0) {
        changes.push({ side, entries: this.#pending[side] });
        this.#pending[side] = [];
      }
    }
    return changes;
  }

  #top(side: BookSide): Entry[] {
    return side.levels.slice(0, this.depth).map((level) => ({ price: level.price, quantity: level.total }));
  }
}

export function tokenLevel(market: Market, entry: Entry): TokenLevel {
  return {
    price: formatUnits(BigInt(entry.price), market.pair.priceDecimals),
    quantity: formatUnits(entry.quantity, market.pair.quantityDecimals),
  };
}

/** The checksum a holder of this view computes. */
export function viewChecksum(market: Market, view: BookView): number {
  return bookChecksum(
    view
      .levels("sell")
      .slice(0, 10)
      .map((entry) => tokenLevel(market, entry)),
    view
      .levels("buy")
      .slice(0, 10)
      .map((entry) => tokenLevel(market, entry)),
  );
}
