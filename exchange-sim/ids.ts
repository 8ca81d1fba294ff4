import type { Random } from "./random.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Ids in Kraken's shapes (PROTOCOL §2.6): O… orders, T… trades and amends, L… ledger entries. */
export interface Ids {
  order(): string;
  trade(): string;
  ledger(): string;
  amend(): string;
  /** An order id that was never issued has the same shape. */
  isOrderId(text: string): boolean;
}

export function createIds(random: Random): Ids {
  const word = (length: number): string => {
    let text = "";
    for (let index = 0; index < length; index += 1) {
      text += letters.charAt(random.integer(letters.length));
    }
    return text;
  };
  const id = (prefix: string): string => `${prefix}${word(5)}-${word(5)}-${word(6)}`;
  return {
    order: () => id("O"),
    trade: () => id("T"),
    ledger: () => id("L"),
    amend: () => id("T"),
    isOrderId: (text) => /^O[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}$/.test(text),
  };
}
