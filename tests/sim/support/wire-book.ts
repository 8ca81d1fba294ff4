import { crc32 } from "node:zlib";

/** A reader of book frames that works on the text of the wire alone, written from PROTOCOL §5.5. */

interface WireLevel {
  readonly price: string;
  readonly quantity: string;
}

export interface BookFrame {
  readonly type: string;
  readonly symbol: string;
  readonly bids: readonly WireLevel[];
  readonly asks: readonly WireLevel[];
  readonly checksum: number;
}

export function readBookFrame(text: string): BookFrame | undefined {
  if (!text.startsWith('{"channel":"book"')) {
    return undefined;
  }
  const levels = (side: string): WireLevel[] => {
    const list = new RegExp(`"${side}":\\[(.*?)\\]`).exec(text)?.[1] ?? "";
    return [...list.matchAll(/"price":([^,]+),"qty":([^}]+)\}/g)].map(([, price = "", quantity = ""]) => ({
      price,
      quantity,
    }));
  };
  return {
    type: /"type":"(\w+)"/.exec(text)?.[1] ?? "",
    symbol: /"symbol":"([^"]+)"/.exec(text)?.[1] ?? "",
    bids: levels("bids"),
    asks: levels("asks"),
    checksum: Number(/"checksum":(\d+)/.exec(text)?.[1]),
  };
}

export class WireBook {
  bids: WireLevel[] = [];
  asks: WireLevel[] = [];
  readonly #depth: number;

  constructor(depth: number) {
    this.#depth = depth;
  }

  apply(frame: BookFrame): void {
    if (frame.type === "snapshot") {
      this.bids = [];
      this.asks = [];
    }
    this.bids = this.#side(this.bids, frame.bids, -1);
    this.asks = this.#side(this.asks, frame.asks, 1);
  }

  get checksum(): number {
    const strip = (token: string): string => token.replace(".", "").replace(/^0+/, "");
    const text = [...this.asks.slice(0, 10), ...this.bids.slice(0, 10)].map(
      (level) => strip(level.price) + strip(level.quantity),
    );
    return crc32(text.join(""));
  }

  #side(levels: readonly WireLevel[], changes: readonly WireLevel[], direction: number): WireLevel[] {
    const byPrice = new Map(levels.map((level) => [level.price, level]));
    for (const change of changes) {
      if (/^0(\.0+)?$/.test(change.quantity)) {
        byPrice.delete(change.price);
      } else {
        byPrice.set(change.price, change);
      }
    }
    return [...byPrice.values()].sort((a, b) => direction * (Number(a.price) - Number(b.price))).slice(0, this.#depth);
  }
}
