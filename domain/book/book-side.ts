/**
 * One side of a venue book. The best level stands last, because most changes are near it and then move little. Each level
 * carries its piece of the checksum; the state after each of the best ten is kept, so that a change costs only what is below it.
 */
import { decimal, type Decimal } from "../decimal.ts";
import type { Level } from "../market.ts";
import { crc32Byte } from "./crc32.ts";
import { crc32Zeros } from "./crc32-join.ts";
import type { Scaled } from "./scaled.ts";
import { decimalFromToken, plainNumberText } from "./tokens.ts";

const CHECKSUM_LEVELS = 10;
const POINT = 46;
const ZERO = 48;
const NINE = 57;

/** A number's piece of the checksum: its digits without point and leading zeros (PROTOCOL §5.5), as a CRC begun at 0. */
class Piece {
  crc = 0;
  length = 0;

  /** Reads the piece of unsigned plain text; false when it is anything else. A zero has the length 0. */
  read(text: string): boolean {
    let crc = 0;
    let length = 0;
    let points = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= ZERO && code <= NINE) {
        if (length > 0 || code !== ZERO) {
          crc = crc32Byte(crc, code);
          length += 1;
        }
      } else if (code === POINT && index > 0 && index < text.length - 1) {
        points += 1;
      } else {
        return false;
      }
    }
    this.crc = crc;
    this.length = length;
    return points <= 1 && text !== "";
  }

  /** This piece followed by another. */
  join(first: Piece, second: Piece): void {
    this.crc = crc32Zeros(first.crc, second.length) ^ second.crc;
    this.length = first.length + second.length;
  }
}

class Entry {
  key: Scaled;
  readonly price: string;
  /** Of price and quantity together. */
  readonly piece = new Piece();
  readonly #pricePiece = new Piece();
  #quantity = "";
  #level: Level | null = null;

  constructor(key: Scaled, price: string) {
    this.key = key;
    this.price = price;
    readPiece(this.#pricePiece, price);
  }

  setQuantity(quantity: string, piece: Piece): void {
    this.#quantity = quantity;
    this.#level = null;
    this.piece.join(this.#pricePiece, piece);
  }

  level(): Level {
    this.#level ??= [decimalOf(this.price), decimalOf(this.#quantity)];
    return this.#level;
  }
}

export class BookSide {
  readonly #entries: Entry[] = [];
  readonly #isDescending: boolean;
  readonly #incoming = new Piece();
  #view: readonly Level[] | null = null;
  /** How many of the states below are those of the entries as they are. */
  #known = 0;
  readonly #crcs = new Int32Array(CHECKSUM_LEVELS + 1);
  readonly #lengths = new Int32Array(CHECKSUM_LEVELS + 1);

  /** Bids fall from the best on: descending; asks rise. */
  constructor(order: "descending" | "ascending") {
    this.#isDescending = order === "descending";
  }

  clear(): void {
    this.#entries.length = 0;
    this.#changed(0);
  }

  /** Sets or, with quantity zero, removes a level. False when the quantity is no unsigned number. */
  set(key: Scaled, price: string, quantity: string): boolean {
    const incoming = this.#incoming;
    if (!readPiece(incoming, quantity)) {
      return false;
    }
    const entries = this.#entries;
    const index = this.#position(key);
    const at = entries[index];
    // A number and a BigInt of one value are not equal, but neither is less.
    const found = at !== undefined && !(at.key < key) && !(at.key > key) ? at : null;
    if (incoming.length === 0) {
      if (found !== null) {
        this.#changed(entries.length - 1 - index);
        remove(entries, index);
      }
    } else if (found === null) {
      const entry = new Entry(key, price);
      entry.setQuantity(quantity, incoming);
      this.#changed(entries.length - index);
      insert(entries, index, entry);
    } else {
      found.setQuantity(quantity, incoming);
      this.#changed(entries.length - 1 - index);
    }
    return true;
  }

  /** Forgets what is worse than the best `depth` levels. */
  cut(depth: number): void {
    const surplus = this.#entries.length - depth;
    if (surplus > 0) {
      this.#entries.splice(0, surplus);
      this.#changed(depth);
    }
  }

  /** Gives every level its key anew. */
  rescale(keyOf: (price: string, old: Scaled) => Scaled): void {
    for (const entry of this.#entries) {
      entry.key = keyOf(entry.price, entry.key);
    }
  }

  /** The CRC state after the text of the best ten levels, given the one before it. */
  checksum(before: number): number {
    const entries = this.#entries;
    const count = Math.min(entries.length, CHECKSUM_LEVELS);
    for (let rank = this.#known; rank < count; rank += 1) {
      const entry = entries[entries.length - 1 - rank];
      if (entry !== undefined) {
        this.#crcs[rank + 1] = crc32Zeros(this.#crcs[rank] ?? 0, entry.piece.length) ^ entry.piece.crc;
        this.#lengths[rank + 1] = (this.#lengths[rank] ?? 0) + entry.piece.length;
      }
    }
    this.#known = count;
    return crc32Zeros(before, this.#lengths[count] ?? 0) ^ (this.#crcs[count] ?? 0);
  }

  /** Best first. The same list as before when nothing changed. */
  levels(): readonly Level[] {
    this.#view ??= this.#entries.map((entry) => entry.level()).toReversed();
    return this.#view;
  }

  best(): Level | null {
    return this.#entries.at(-1)?.level() ?? null;
  }

  /** `rank` of the best level that is other than it was, 0 for the best of all. */
  #changed(rank: number): void {
    this.#view = null;
    this.#known = Math.min(this.#known, rank);
  }

  /** Where the key stands or belongs. */
  #position(key: Scaled): number {
    const entries = this.#entries;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = entries[middle]?.key ?? 0;
      if (this.#isDescending ? at < key : at > key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

// By hand: splice makes an array of what it removed, on every message.
function insert(entries: Entry[], index: number, entry: Entry): void {
  entries.push(entry);
  for (let at = entries.length - 1; at > index; at -= 1) {
    entries[at] = entries[at - 1] ?? entry;
  }
  entries[index] = entry;
}

function remove(entries: Entry[], index: number): void {
  const last = entries.pop();
  if (last !== undefined && index < entries.length) {
    for (let at = index; at < entries.length - 1; at += 1) {
      entries[at] = entries[at + 1] ?? last;
    }
    entries[entries.length - 1] = last;
  }
}

/** As `Piece.read`, also of a token with an exponent. */
function readPiece(piece: Piece, token: string): boolean {
  if (piece.read(token)) {
    return true;
  }
  const plain = plainNumberText(token);
  return plain !== null && plain !== token && piece.read(plain);
}

function decimalOf(token: string): Decimal {
  return decimalFromToken(token) ?? decimal(token);
}
