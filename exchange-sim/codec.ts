import { pairBySymbol, pairs, type Pair } from "./instruments.ts";

/** JSON for what is kept on disk: big integers and pairs survive the round trip. */

export function encodeRecord(record: object): string {
  return JSON.stringify(record, (_key, value: unknown) => {
    if (typeof value === "bigint") {
      return { $integer: value.toString() };
    }
    return isPair(value) ? { $pair: value.symbol } : value;
  });
}

export function decodeRecord(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (!isObject(value)) {
      return value;
    }
    if (typeof value["$integer"] === "string") {
      return BigInt(value["$integer"]);
    }
    return typeof value["$pair"] === "string" ? pairBySymbol(value["$pair"]) : value;
  });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPair(value: unknown): value is Pair {
  return pairs.some((pair) => pair === value);
}
