/** Topics as short text: map keys, and small enough for a socket's attachment. */
import { topic, type Topic } from "../../../contract/market-socket.ts";
import type { Symbol } from "../../../domain/market.ts";

export type TopicKey = string;

export function topicKey(subject: Topic): TopicKey {
  return subject.channel === "candles"
    ? `candles|${subject.symbol}|${subject.interval}`
    : `${subject.channel}|${subject.symbol}`;
}

/** The topic of a key, or null when the text is no key of ours. */
export function parseTopicKey(key: TopicKey): Topic | null {
  const [channel, symbol, interval] = key.split("|");
  const parsed = topic.safeParse(interval === undefined ? { channel, symbol } : { channel, symbol, interval });
  return parsed.success ? parsed.data : null;
}

export function symbolOfKey(key: TopicKey): Symbol {
  return key.split("|")[1] ?? "";
}
