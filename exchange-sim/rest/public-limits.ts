import { MINUTE, SECOND, type Micros } from "../clock.ts";

/** Limits per address on public REST and on WebSocket connects (PROTOCOL §3.3); off unless switched on. */

interface Bucket {
  tokens: number;
  at: Micros;
}

const burst = 20;
const pairBurst = 6;
const connectsPerWindow = 150;
const connectWindow = 10 * MINUTE;

export class PublicLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #connects = new Map<string, Micros[]>();

  /** About one call a second per address; OHLC and Trades also per pair. */
  allows(address: string, endpoint: string, pair: string, now: Micros): boolean {
    const perPair = endpoint === "OHLC" || endpoint === "Trades";
    return (
      this.#take(address, burst, now) && (!perPair || this.#take(`${address} ${endpoint} ${pair}`, pairBurst, now))
    );
  }

  allowsConnect(address: string, now: Micros): boolean {
    const recent = (this.#connects.get(address) ?? []).filter((at) => at > now - connectWindow);
    recent.push(now);
    this.#connects.set(address, recent);
    return recent.length <= connectsPerWindow;
  }

  #take(key: string, size: number, now: Micros): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: size, at: now };
    bucket.tokens = Math.min(size, bucket.tokens + (now - bucket.at) / SECOND);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) {
      return false;
    }
    bucket.tokens -= 1;
    return true;
  }
}
