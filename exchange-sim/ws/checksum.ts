import { crc32 } from "node:zlib";

export interface TokenLevel {
  readonly price: string;
  readonly quantity: string;
}

const checksumLevels = 10;

/** Removes the decimal point, then leading zeros (PROTOCOL §5.5 step 4). */
export function stripNumber(token: string): string {
  return token.replace(".", "").replace(/^0+/, "");
}

/** CRC-32 over the top ten levels of each side, asks from the lowest up, then bids from the highest down. */
export function bookChecksum(asks: readonly TokenLevel[], bids: readonly TokenLevel[]): number {
  let text = "";
  for (const side of [asks, bids]) {
    for (const level of side.slice(0, checksumLevels)) {
      text += stripNumber(level.price) + stripNumber(level.quantity);
    }
  }
  return crc32(text);
}
