/**
 * One venue book, kept from wire tokens by the exact algorithm of PROTOCOL §5.5: merge, cut to the subscribed depth, verify
 * over the top ten. This is the hot path: prices are ordered as scaled integers; decimals are made only for levels that
 * somebody looks at.
 */
import type { Level } from "../market.ts";
import { BookSide } from "./book-side.ts";
import { CRC32_START, crc32Finish } from "./crc32.ts";
import { neededDecimals, scaledInteger, type Scaled } from "./scaled.ts";
import { plainNumberText } from "./tokens.ts";

/** A level as the venue sent it: number tokens, untouched. Quantity zero removes the level. */
export type WireLevel = { readonly price: string; readonly qty: string };

export class OrderBook {
  readonly #depth: number;
  readonly #bids = new BookSide("descending");
  readonly #asks = new BookSide("ascending");
  #decimals: number;
  #version: number;

  /**
   * `depth` is the subscribed depth; `priceDecimals` the pair's precision (finer tokens are still ordered rightly);
   * `firstVersion` must exceed every version of an earlier book of the symbol.
   */
  constructor(depth: number, priceDecimals: number, firstVersion: number) {
    this.#depth = depth;
    this.#decimals = priceDecimals;
    this.#version = firstVersion;
  }

  /** Rises with every message taken in. */
  get version(): number {
    return this.#version;
  }

  /** Replaces the book. False when a token is no number: the book is then unusable. */
  applySnapshot(bids: readonly WireLevel[], asks: readonly WireLevel[]): boolean {
    this.#bids.clear();
    this.#asks.clear();
    return this.applyUpdate(bids, asks);
  }

  /** Merges one message, in list order, and cuts both sides to the depth. False when a token is no number. */
  applyUpdate(bids: readonly WireLevel[], asks: readonly WireLevel[]): boolean {
    this.#version += 1;
    const understood = this.#merge(this.#bids, bids) && this.#merge(this.#asks, asks);
    this.#bids.cut(this.#depth);
    this.#asks.cut(this.#depth);
    return understood;
  }

  /** CRC-32 over the top ten of each side, asks first. */
  checksum(): number {
    return crc32Finish(this.#bids.checksum(this.#asks.checksum(CRC32_START)));
  }

  /** Best first. Unchanged levels are the same objects as in an earlier answer. */
  bids(): readonly Level[] {
    return this.#bids.levels();
  }

  /** Best first. */
  asks(): readonly Level[] {
    return this.#asks.levels();
  }

  bestBid(): Level | null {
    return this.#bids.best();
  }

  bestAsk(): Level | null {
    return this.#asks.best();
  }

  #merge(side: BookSide, changes: readonly WireLevel[]): boolean {
    for (const { price, qty } of changes) {
      const key = this.#key(price);
      if (key === null || !side.set(key, price, qty)) {
        return false;
      }
    }
    return true;
  }

  #key(price: string): Scaled | null {
    const key = scaledInteger(price, this.#decimals);
    if (key !== null) {
      return key;
    }
    const plain = plainNumberText(price);
    if (plain === null || scaledInteger(plain, neededDecimals(plain)) === null) {
      return null;
    }
    // The venue became finer than the pair's precision said: order everything at the finer scale from now on.
    this.#decimals = Math.max(this.#decimals, neededDecimals(plain));
    const rescaled = (text: string, old: Scaled): Scaled =>
      scaledInteger(plainNumberText(text) ?? text, this.#decimals) ?? old;
    this.#bids.rescale(rescaled);
    this.#asks.rescale(rescaled);
    return scaledInteger(plain, this.#decimals);
  }
}
