import { crc32Continue, crc32Finish, CRC32_START } from "../book/crc32.ts";
import type { TriggerRow } from "../market.ts";

/**
 * Text that is equal for equal sets of rows, whatever their order. The feed and the trader compare it every minute: a row that
 * was lost on the way, or lives on after its order, shows as a difference (TRADING §4).
 */
export function triggerDigest(rows: Iterable<TriggerRow>): string {
  const lines = Array.from(rows, lineOf).toSorted();
  const checksum = lines.reduce(crc32Continue, CRC32_START);
  return `${lines.length}-${crc32Finish(checksum).toString(16).padStart(8, "0")}`;
}

function lineOf({ orderId, version, symbol, direction, level, armedTradeId }: TriggerRow): string {
  return `${orderId}|${version}|${symbol}|${direction}|${level}|${armedTradeId}\n`;
}
