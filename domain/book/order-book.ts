/**
 * One venue book, kept from wire tokens by the exact algorithm of PROTOCOL §5.5: merge, cut to the subscribed depth, verify
 * over the top ten. This is the hot path: prices are ordered as scaled integers and each level carries its checksum text;
 * decimals are made only for levels that somebody looks at.
 */
import { decimal, type Decimal } from "../decimal.ts";
import type { Level } from "../market.ts";
import { CRC32_START, crc32Continue, crc32Finish } from "./crc32.ts";
import { neededDecimals, scaledInteger, type Scaled } from "./scaled.ts";
import { checksumText, decimalFromToken, plainNumberText } from "./tokens.ts";

/** A level as the venue sent it: number tokens, untouched. Quantity zero removes the level. */
export type WireLevel = { readonly price: string; readonly qty: string };

type Entry = { key: Scaled; price: string; quantity: string; checksum: string; level: Level | null };
type Side = { readonly entries: Entry[]; readonly descending: boolean; view: readonly Level[] | null };

const CHECKSUM_LEVELS = 10;
const unsignedNumber = /^\d+(?:\.\d+)?$/;

export class OrderBook {
  readonly #depth: number;
  readonly #bids: Side = { entries: [], descending: true, view: null };
  readonly #asks: Side = { entries: [], descending: false, view: null };
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
    this.#bids.entries.length = 0;
    this.#asks.entries.length = 0;
    return this.applyUpdate(bids, asks);
  }

  /** Merges one message, in list order, and cuts both sides to the depth. False when a token is no number. */
  applyUpdate(bids: readonly WireLevel[], asks: readonly WireLevel[]): boolean {
    this.#version += 1;
    const understood = this.#merge(this.#bids, bids) && this.#merge(this.#asks, asks);
    this.#cut(this.#bids);
    this.#cut(this.#asks);
    return understood;
  }

  /** CRC-32 over the top ten of each side, asks first. */
  checksum(): number {
    return crc32Finish(checksumSide(checksumSide(CRC32_START, this.#asks), this.#bids));
  }

  /** Best first. Unchanged levels are the same objects as in an earlier answer. */
  bids(): readonly Level[] {
    return levels(this.#bids);
  }

  /** Best first. */
  asks(): readonly Level[] {
    return levels(this.#asks);
  }

  bestBid(): Level | null {
    return best(this.#bids);
  }

  bestAsk(): Level | null {
    return best(this.#asks);
  }

  #merge(side: Side, changes: readonly WireLevel[]): boolean {
    if (changes.length > 0) {
      side.view = null;
    }
    for (const { price, qty } of changes) {
      const key = this.#key(price);
      const quantity = plainNumberText(qty);
      if (key === null || quantity === null || !unsignedNumber.test(quantity)) {
        return false;
      }
      setLevel(side, key, price, quantity);
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
    for (const entry of [...this.#bids.entries, ...this.#asks.entries]) {
      entry.key = scaledInteger(plainNumberText(entry.price) ?? entry.price, this.#decimals) ?? entry.key;
    }
    return scaledInteger(plain, this.#decimals);
  }

  #cut(side: Side): void {
    if (side.entries.length > this.#depth) {
      side.entries.length = this.#depth;
    }
  }
}

function setLevel(side: Side, key: Scaled, price: string, quantity: string): void {
  const { entries } = side;
  const index = positionOf(side, key);
  const quantityDigits = checksumText(quantity);
  const found = entries[index];
  const known = found !== undefined && !(found.key < key) && !(found.key > key);
  if (quantityDigits === "") {
    if (known) {
      entries.splice(index, 1);
    }
    return;
  }
  const checksum = checksumText(plainNumberText(price) ?? price) + quantityDigits;
  if (known) {
    entries[index] = { key, price, quantity, checksum, level: null };
  } else {
    entries.splice(index, 0, { key, price, quantity, checksum, level: null });
  }
}

/** Where the key stands or belongs. */
function positionOf({ entries, descending }: Side, key: Scaled): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = entries[middle]?.key ?? 0;
    if (descending ? at > key : at < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function checksumSide(state: number, { entries }: Side): number {
  let crc = state;
  const count = Math.min(entries.length, CHECKSUM_LEVELS);
  for (let index = 0; index < count; index += 1) {
    crc = crc32Continue(crc, entries[index]?.checksum ?? "");
  }
  return crc;
}

function levels(side: Side): readonly Level[] {
  side.view ??= side.entries.map(levelOf);
  return side.view;
}

function best({ entries }: Side): Level | null {
  const first = entries[0];
  return first === undefined ? null : levelOf(first);
}

function levelOf(entry: Entry): Level {
  entry.level ??= [decimalOf(entry.price), decimalOf(entry.quantity)];
  return entry.level;
}

function decimalOf(token: string): Decimal {
  return decimalFromToken(token) ?? decimal(token);
}
