import { marketClientFrame, type MarketClientFrame } from "../../../contract/market-socket.ts";

const MOST_CHARACTERS = 16_384;

/** The frame that a client sent, or null when it is none of the contract's. */
export function readClientFrame(data: string | ArrayBuffer): MarketClientFrame | null {
  if (typeof data !== "string" || data.length > MOST_CHARACTERS) {
    return null;
  }
  try {
    const parsed = marketClientFrame.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
