/**
 * The fast way to read a book frame. Nine of ten frames of the venue are books in one fixed layout; one regular expression
 * checks that layout completely, and the values are then cut out by position. Whatever differs in the smallest way (spaces,
 * another order of fields, exponents, several symbols) is answered with null and read the general way, which decides.
 */
import type { WireLevel } from "../../../domain/book/order-book.ts";
import type { Milliseconds } from "../../../domain/market.ts";

export type FrameKind = "snapshot" | "update";

/** One symbol's message of the book channel. */
export type BookChange = {
  readonly symbol: string;
  readonly bids: readonly WireLevel[];
  readonly asks: readonly WireLevel[];
  readonly checksum: number;
  /** Venue time; absent in old snapshots. */
  readonly time: Milliseconds | null;
};

export type BookMessage = {
  readonly kind: "book";
  readonly type: FrameKind;
  readonly books: readonly BookChange[];
};

const digits = String.raw`\d+(?:\.\d+)?`;
const level = `\\{"price":${digits},"qty":${digits}\\}`;
const side = `\\[(?:${level}(?:,${level})*)?\\]`;
const whole = String.raw`(?:0|[1-9]\d{0,14})`;
const stamp = String.raw`\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3,9}Z`;
const layout = new RegExp(
  String.raw`^\{"channel":"book","type":"(?:snapshot|update)","data":\[\{"symbol":"[\w./-]+","bids":${side},"asks":${side},` +
    `"checksum":${whole}(?:,"timestamp":"${stamp}")?\\}\\]\\}$`,
);

// Where things stand in that layout, counted from the end of what stands before them.
const TYPE_AT = '{"channel":"book","type":"'.length;
const SYMBOL_AFTER_TYPE = '","data":[{"symbol":"'.length;
const BIDS_AFTER_SYMBOL = '","bids":['.length;
const ASKS_AFTER_BIDS = '],"asks":['.length;
const CHECKSUM_AFTER_ASKS = '],"checksum":'.length;
const STAMP_AFTER_CHECKSUM = ',"timestamp":"'.length;
const PRICE_AFTER_BRACE = '{"price":'.length;
const QUANTITY_AFTER_PRICE = ',"qty":'.length;

const CLOSING_BRACKET = 93;
const CLOSING_BRACE = 125;
const LETTER_U = 117;
const ZERO = 48;
const NINE = 57;

/** The frame, or null when it is not in the usual layout. */
export function readBookFrame(text: string): BookMessage | null {
  return layout.test(text) ? new Reader(text).message() : null;
}

/** Walks over a text that is in the layout. */
class Reader {
  readonly #text: string;
  #at = TYPE_AT;

  constructor(text: string) {
    this.#text = text;
  }

  message(): BookMessage | null {
    const text = this.#text;
    const type = text.charCodeAt(this.#at) === LETTER_U ? "update" : "snapshot";
    this.#at += type.length + SYMBOL_AFTER_TYPE;
    const symbolEnd = text.indexOf('"', this.#at);
    const symbol = text.slice(this.#at, symbolEnd);
    this.#at = symbolEnd + BIDS_AFTER_SYMBOL;
    const bids = this.#levels();
    this.#at += ASKS_AFTER_BIDS;
    const asks = this.#levels();
    this.#at += CHECKSUM_AFTER_ASKS;
    const checksum = this.#integer();
    if (text.charCodeAt(this.#at) === CLOSING_BRACE) {
      return { kind: "book", type, books: [{ symbol, bids, asks, checksum, time: null }] };
    }
    const time = readStamp(text, this.#at + STAMP_AFTER_CHECKSUM);
    return Number.isNaN(time) ? null : { kind: "book", type, books: [{ symbol, bids, asks, checksum, time }] };
  }

  /** From just after the opening bracket up to the closing one. */
  #levels(): readonly WireLevel[] {
    const text = this.#text;
    const levels: WireLevel[] = [];
    while (text.charCodeAt(this.#at) !== CLOSING_BRACKET) {
      const price = this.#at + PRICE_AFTER_BRACE;
      const priceEnd = text.indexOf(",", price);
      const quantity = priceEnd + QUANTITY_AFTER_PRICE;
      const quantityEnd = text.indexOf("}", quantity);
      levels.push({ price: text.slice(price, priceEnd), qty: text.slice(quantity, quantityEnd) });
      this.#at = quantityEnd + 1;
      if (text.charCodeAt(this.#at) !== CLOSING_BRACKET) {
        this.#at += 1;
      }
    }
    return levels;
  }

  #integer(): number {
    let value = 0;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code < ZERO || code > NINE) {
        return value;
      }
      value = value * 10 + (code - ZERO);
      this.#at += 1;
    }
  }
}

// Frames of one day come one after the other: the date is worked out once.
let dayText = "";
let dayStart = 0;

/** What Date.parse says of the stamp, for a fraction of the cost: it was the dearest part of a frame. */
function readStamp(text: string, at: number): Milliseconds {
  const date = text.slice(at, at + 10);
  if (date !== dayText) {
    dayText = date;
    dayStart = Date.parse(`${date}T00:00:00.000Z`);
  }
  const seconds = (two(text, at + 11) * 60 + two(text, at + 14)) * 60 + two(text, at + 17);
  return dayStart + seconds * 1000 + (text.charCodeAt(at + 20) - ZERO) * 100 + two(text, at + 21);
}

function two(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + (text.charCodeAt(at + 1) - ZERO);
}
