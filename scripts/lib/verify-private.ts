import { randomUUID } from "node:crypto";
import { add, compare, decimal, divide, multiply, type Decimal } from "../../domain/decimal.ts";
import { quantisePrice } from "../../domain/orders/quantise.ts";
import type { VenueReply } from "../../domain/venue/failure.ts";
import type { VenueOrderWish } from "../../domain/venue/wishes.ts";
import type { KrakenRest, RestClock } from "../../durable-objects/trader/kraken/rest/api.ts";
import { krakenRest } from "../../durable-objects/trader/kraken/rest/client.ts";
import { readNames } from "../../durable-objects/trader/kraken/rest/public.ts";
import { RateKeeper } from "../../durable-objects/trader/kraken/rest/rate-keeper.ts";
import { decodeSecret } from "../../durable-objects/trader/kraken/rest/sign.ts";
import { fetchTransport } from "../../durable-objects/trader/kraken/rest/transport.ts";
import { Failure } from "./failure.ts";
import type { Golden } from "./golden.ts";
import { readPair, type Pair } from "./verify-pair.ts";

export interface PrivateOptions {
  readonly url: string;
  readonly key: string;
  readonly secret: string;
  readonly symbol: string;
  /** Really places, amends and cancels one order far from the market and one stop. */
  readonly place: boolean;
}

export interface Step {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Nothing here has to be protected, so the whole counter may be used. */
const OPTIONS = { urgency: "protective" } as const;
const SETTLE_MS = 2_000;
const PATIENCE_MS = 60_000;
const ORDER_DEADLINE_MS = 20_000;
/** Far enough that nothing fills, near enough that the venue does not refuse it as absurd. */
const FAR_BELOW = decimal("0.6");
const FAR_ABOVE = decimal("1.6");

/**
 * What a user with a key can find out about the real Kraken: that every private answer is understood, that orders of each type
 * pass its validate mode, and, only when asked to place, one life of an order and of a stop. Answers each step; nothing is
 * thrown for a refusal. A key that can withdraw ends it at once.
 */
export async function verifyPrivate(options: PrivateOptions, golden: Golden): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const client = await connect(options, golden);
  async function step<T>(
    name: string,
    call: () => Promise<VenueReply<T>>,
    describe: (value: T) => string,
  ): Promise<T | null> {
    const answer = await patiently(call);
    steps.push(
      answer.ok
        ? { name, ok: true, detail: describe(answer.value) }
        : { name, ok: false, detail: `${answer.failure.class}: ${answer.failure.text}` },
    );
    return answer.ok ? answer.value : null;
  }
  const info = await step(
    "key",
    () => client.rest.apiKeyInfo(OPTIONS),
    ({ permissions }) => permissions.join(", "),
  );
  if (info?.permissions.includes("withdraw-funds") === true) {
    throw new Failure("This key can withdraw funds. Make one that cannot; nothing else was done with it.");
  }
  const since = { start: Date.now() - 30 * 86_400_000 };
  await step(
    "balances",
    () => client.rest.balances(OPTIONS),
    (value) => `${Object.keys(value).length} fields understood`,
  );
  await step(
    "open orders",
    () => client.rest.openOrders(null, OPTIONS),
    (orders) => `${orders.length}`,
  );
  await step(
    "closed orders",
    () => client.rest.closedOrders(since, OPTIONS),
    ({ rows }) => `${rows.length} on the first page`,
  );
  await step(
    "trades",
    () => client.rest.tradesHistory(since, OPTIONS),
    ({ rows }) => `${rows.length} on the first page`,
  );
  await step(
    "ledger",
    () => client.rest.ledgers(since, OPTIONS),
    ({ rows }) => `${rows.length} on the first page`,
  );
  await step(
    "fees",
    () => client.rest.tradeVolume([client.pair.instrument], OPTIONS),
    ({ fees }) =>
      fees.map(({ symbol, takerPercent, makerPercent }) => `${symbol} ${takerPercent}/${makerPercent} %`).join(", "),
  );
  await step(
    "socket token",
    () => client.rest.webSocketsToken(OPTIONS),
    () => "given",
  );
  for (const wish of wishesOfEachType(client.pair)) {
    await step(
      `validate ${wish.type}`,
      () => client.rest.validateOrder(wish, OPTIONS),
      (description) => description,
    );
  }
  if (options.place) {
    await liveOfAnOrder(client, wishesOfEachType(client.pair)[0], step, steps);
    await liveOfAnOrder(client, stopOf(client.pair), step, steps);
  }
  return steps;
}

type Client = { readonly rest: KrakenRest; readonly pair: Pair };
type Stepper = <T>(
  name: string,
  call: () => Promise<VenueReply<T>>,
  describe: (value: T) => string,
) => Promise<T | null>;

async function liveOfAnOrder(
  { rest, pair }: Client,
  wish: VenueOrderWish | undefined,
  step: Stepper,
  steps: Step[],
): Promise<void> {
  if (wish === undefined) {
    return;
  }
  const placed = await step(
    `place ${wish.type}`,
    () => rest.addOrder(wish),
    ({ description }) => description,
  );
  if (placed === null) {
    return;
  }
  const name = { venueOrderId: placed.venueOrderId, clientOrderId: wish.clientOrderId };
  await settle();
  const shown = await step(
    "find it by our id",
    () => rest.openOrders(wish.clientOrderId, OPTIONS),
    (orders) => `${orders.length} open`,
  );
  steps.push({
    name: "it is open",
    ok: shown?.some(({ venueOrderId }) => venueOrderId === placed.venueOrderId) === true,
    detail: placed.venueOrderId,
  });
  if (wish.limitPrice !== null) {
    const limitPrice = add(wish.limitPrice, pair.instrument.tickSize);
    const { instrument } = pair;
    const deadline = Date.now() + ORDER_DEADLINE_MS;
    const amend = { ...name, quantity: null, limitPrice, triggerPrice: null, instrument, postOnly: true, deadline };
    await step(
      "amend by one tick",
      () => rest.amendOrder(amend),
      ({ amendId }) => amendId,
    );
  }
  const cancel = { ...name, symbol: pair.instrument.symbol, deadline: Date.now() + ORDER_DEADLINE_MS };
  await step(
    "cancel",
    () => rest.cancelOrder(cancel),
    ({ count }) => `${count}`,
  );
  await settle();
  const ended = await step(
    "read its end",
    () => rest.queryOrders([placed.venueOrderId], OPTIONS),
    (orders) => orders.map(({ status, filledQuantity }) => `${status}, ${filledQuantity} filled`).join(),
  );
  steps.push({ name: "it is cancelled, nothing filled", ok: ended?.[0]?.status === "cancelled", detail: "" });
}

async function connect(options: PrivateOptions, golden: Golden): Promise<Client> {
  const { url, key, secret, symbol } = options;
  const clock: RestClock = {
    now: () => Date.now(),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => {
        clearTimeout(timer);
      };
    },
  };
  const transport = fetchTransport((address, init) => golden.privateFetch(address, init));
  const names = await readNames({ base: url, transport: fetchTransport(), clock });
  if (!names.ok) {
    throw new Failure(`The venue's tables cannot be read: ${names.failure.message}`);
  }
  const restName = Object.entries(names.value.symbols).find(([, name]) => name === symbol)?.[0];
  if (restName === undefined) {
    throw new Failure(`The venue lists no ${symbol}.`);
  }
  let nonce: string | null = null;
  const rest = krakenRest({
    base: url,
    transport,
    clock,
    nonces: {
      last: () => nonce,
      save: (next) => {
        nonce = next;
      },
    },
    credentials: () => {
      const secretBytes = decodeSecret(secret);
      return Promise.resolve(secretBytes === null ? null : { key, secretBytes });
    },
    names: () => names.value,
    rates: new RateKeeper({ now: () => Date.now(), save: () => undefined, saved: null }),
  });
  return { rest, pair: await readPair(url, symbol, restName) };
}

/** The smallest orders of each type, far from the market. */
function wishesOfEachType(pair: Pair): readonly VenueOrderWish[] {
  const below = priceAt(pair, FAR_BELOW);
  const common = baseWish(pair);
  const wishes: readonly VenueOrderWish[] = [
    { ...common, type: "limit", postOnly: true, limitPrice: below },
    { ...common, type: "market", timeInForce: "ioc" },
    { ...common, type: "limit", timeInForce: "gtd", limitPrice: below, expiresAt: Date.now() + 3_600_000 },
    stopOf(pair),
    { ...common, type: "take-profit", triggerPrice: below },
    {
      ...common,
      type: "stop-loss-limit",
      triggerPrice: priceAt(pair, FAR_ABOVE),
      limitPrice: priceAt(pair, FAR_ABOVE),
    },
    { ...common, type: "take-profit-limit", triggerPrice: below, limitPrice: below },
    { ...common, type: "trailing-stop", trailingPercent: decimal("20") },
    {
      ...common,
      type: "limit",
      limitPrice: below,
      conditionalClose: { type: "stop-loss", triggerPrice: priceAt(pair, decimal("0.5")), limitPrice: null },
    },
  ];
  return wishes.map((wish) => ({ ...wish, clientOrderId: randomUUID() }));
}

/** A buy stop far above: it needs no inventory, and reserves nothing. */
function stopOf(pair: Pair): VenueOrderWish {
  return { ...baseWish(pair), type: "stop-loss", triggerPrice: priceAt(pair, FAR_ABOVE) };
}

function baseWish({ instrument, lastPrice }: Pair): VenueOrderWish {
  // Large enough for the smallest cost at the lowest price used here.
  const byCost = multiply(decimal("3"), instrument.minimumCost);
  const enough = divide(byCost, lastPrice, instrument.quantityDecimals, "up");
  const quantity = compare(enough, instrument.minimumQuantity) > 0 ? enough : instrument.minimumQuantity;
  return {
    clientOrderId: randomUUID(),
    instrument,
    side: "buy",
    type: "limit",
    timeInForce: "gtc",
    postOnly: false,
    quantity,
    limitPrice: null,
    triggerPrice: null,
    trailingPercent: null,
    expiresAt: null,
    conditionalClose: null,
    selfTrade: "cancel-newest",
    deadline: Date.now() + ORDER_DEADLINE_MS,
  };
}

function priceAt({ instrument, lastPrice }: Pair, factor: Decimal): Decimal {
  return quantisePrice(multiply(lastPrice, factor), "buy", instrument);
}

/** A call that the rate limit holds back is made again when there is room. */
async function patiently<T>(call: () => Promise<VenueReply<T>>): Promise<VenueReply<T>> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await call();
    const retryAt = answer.ok || answer.failure.class !== "wait" ? null : (answer.failure.retryAt ?? Date.now());
    if (retryAt === null || retryAt > until) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(200, retryAt - Date.now())));
  }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
