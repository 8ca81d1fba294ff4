import { randomUUID } from "node:crypto";
import type { Exchange } from "../../../exchange-sim/exchange.ts";
import { decimal } from "../../../domain/decimal.ts";
import type { Instrument } from "../../../domain/market.ts";
import { NO_NAMES, type NameTable } from "../../../domain/venue/names.ts";
import type { RateCounters, Tier } from "../../../domain/venue/rate-counters.ts";
import type { VenueFailure, VenueReply } from "../../../domain/venue/failure.ts";
import type { VenueOrderWish } from "../../../domain/venue/wishes.ts";
import type { KrakenRest, RestClock, RestRequest, Transport } from "../../../durable-objects/trader/kraken/rest/api.ts";
import { krakenRest } from "../../../durable-objects/trader/kraken/rest/client.ts";
import { readNames } from "../../../durable-objects/trader/kraken/rest/public.ts";
import { RateKeeper } from "../../../durable-objects/trader/kraken/rest/rate-keeper.ts";
import { decodeSecret } from "../../../durable-objects/trader/kraken/rest/sign.ts";
import { fetchTransport } from "../../../durable-objects/trader/kraken/rest/transport.ts";
import type { Credentials } from "./rest-client.ts";

export type TestClient = {
  readonly rest: KrakenRest;
  readonly rates: RateKeeper;
  /** Everything that was sent, in order. */
  readonly sent: readonly RestRequest[];
  /** Secrets that were handed out; the client has to overwrite them. */
  readonly secrets: readonly Uint8Array[];
  lastNonce(): string | null;
};

/** Our client over real sockets against the simulator. Its clock is the simulator's, which may be virtual; timers are real unless told. */
export async function connect(
  exchange: Exchange,
  key: Credentials,
  options: { readonly tier?: Tier; readonly transport?: Transport; readonly after?: RestClock["after"] } = {},
): Promise<TestClient> {
  const now = (): number => Math.floor(exchange.engine.clock.wall() / 1_000);
  const clock = { now, after: options.after ?? realTimer };
  let saved: RateCounters | null = null;
  const rates = new RateKeeper({
    now,
    saved,
    save: (counters) => {
      saved = counters;
    },
  });
  rates.setTier(options.tier ?? "pro");
  const sent: RestRequest[] = [];
  const secrets: Uint8Array[] = [];
  const inner = options.transport ?? fetchTransport();
  const transport: Transport = (request, signal) => {
    sent.push(request);
    return inner(request, signal);
  };
  let nonce: string | null = null;
  const base = exchange.url;
  const names = await readNames({ base, transport: inner, clock });
  const table: NameTable = names.ok ? names.value : NO_NAMES;
  const rest = krakenRest({
    base,
    transport,
    clock,
    nonces: {
      last: () => nonce,
      save: (next) => {
        nonce = next;
      },
    },
    credentials: () => {
      const secretBytes = decodeSecret(key.secret);
      if (secretBytes === null) {
        return Promise.resolve(null);
      }
      secrets.push(secretBytes);
      return Promise.resolve({ key: key.key, secretBytes });
    },
    names: () => table,
    rates,
  });
  return { rest, rates, sent, secrets, lastNonce: () => nonce };
}

function realTimer(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => {
    clearTimeout(timer);
  };
}

function instrument(symbol: string, restName: string, priceDecimals: number, minimum: string): Instrument {
  const [base = "", quote = ""] = symbol.split("/");
  return {
    symbol,
    restName,
    base,
    quote,
    priceDecimals,
    tickSize: decimal(`0.${"1".padStart(priceDecimals, "0")}`),
    quantityDecimals: 8,
    baseDecimals: 8,
    quoteDecimals: 4,
    costDecimals: 5,
    minimumQuantity: decimal(minimum),
    minimumCost: decimal("0.5"),
    status: "online",
  };
}

export const BTC = instrument("BTC/USD", "XXBTZUSD", 1, "0.00005");
export const ETH = instrument("ETH/USD", "XETHZUSD", 2, "0.001");

/** A post-only buy of 0.1 BTC far below the market unless told otherwise; good for 20 s on the simulator's clock. */
export function wish(exchange: Exchange, changes: Partial<VenueOrderWish> = {}): VenueOrderWish {
  return {
    clientOrderId: randomUUID(),
    instrument: BTC,
    side: "buy",
    type: "limit",
    timeInForce: "gtc",
    postOnly: false,
    quantity: decimal("0.1"),
    limitPrice: decimal("50000"),
    triggerPrice: null,
    trailingPercent: null,
    expiresAt: null,
    conditionalClose: null,
    selfTrade: "cancel-newest",
    deadline: soon(exchange),
    ...changes,
  };
}

/** A deadline 20 s from the simulator's now. */
export function soon(exchange: Exchange): number {
  return Math.floor(exchange.engine.clock.wall() / 1_000) + 20_000;
}

/** The value of a reply that has to be good. */
export function valueOf<T>(reply: VenueReply<T>): T {
  if (!reply.ok) {
    throw new Error(`${reply.failure.class}: ${reply.failure.text}`);
  }
  return reply.value;
}

/** The failure of a reply that has to be one. */
export function failureIn<T>(reply: VenueReply<T>): VenueFailure {
  if (reply.ok) {
    throw new Error(`succeeded with ${JSON.stringify(reply.value)}`);
  }
  return reply.failure;
}
