/** The model exchange: exchange-sim's own engine and REST handlers, in process and in virtual time, behind a bad network. */
import { FaultBoard } from "../../exchange-sim/admin/faults.ts";
import { forgetfulJournal } from "../../exchange-sim/engine/account-book.ts";
import type { Account } from "../../exchange-sim/engine/accounts.ts";
import { assetByName, assets, pairs } from "../../exchange-sim/instruments.ts";
import { tradingPermissions, type ApiKey } from "../../exchange-sim/keys.ts";
import { createRandom, type Random } from "../../exchange-sim/random.ts";
import { serveApi } from "../../exchange-sim/rest/api.ts";
import { envelope } from "../../exchange-sim/rest/envelope.ts";
import { admitPrivate } from "../../exchange-sim/rest/private.ts";
import { PublicLimits } from "../../exchange-sim/rest/public-limits.ts";
import { jsonReply, type RestReply, type RestRequest as SimRequest } from "../../exchange-sim/rest/server.ts";
import { Switches } from "../../exchange-sim/switches.ts";
import { formatTrimmed, parseUnits } from "../../exchange-sim/units.ts";
import { createVenue, type Venue } from "../../exchange-sim/venue.ts";
import { isParsedObject, parseJson } from "../../exchange-sim/ws/json.ts";
import { textsParam } from "../../exchange-sim/ws/messages.ts";
import { decimal, type Decimal } from "../../domain/decimal.ts";
import type { Instrument, Level, MarketView } from "../../domain/market.ts";
import type { RestAnswer, RestRequest } from "../../durable-objects/trader/kraken/rest/api.ts";
import { callKey, PrivateLines } from "./private-line.ts";
import type { VirtualTime } from "./time.ts";

export const SYMBOLS = ["BTC/USD", "ETH/USD", "ETH/BTC"] as const;

/** What the network may do to a call; the seed draws how often. */
export type Weather = { faults: number };

const AMBIGUOUS = ["EService:Unavailable", "EGeneral:Internal error", "EService:Busy", "EService:Timeout"];

export class ModelExchange {
  readonly venue: Venue;
  readonly account: Account;
  readonly key: ApiKey;
  readonly faults = new FaultBoard();
  readonly weather: Weather = { faults: 0 };
  /** Orders that the engine has taken, per client order id. */
  readonly accepted = new Map<string, number>();
  /** Calls about one order that arrived, as callKey names them. */
  readonly arrived = new Set<string>();
  /** Those that were lost on the way there, or took their time. */
  readonly astray = new Set<string>();
  rateRefusals = 0;
  /** While an order that was held back is carried out, deadlines are judged by when it came. */
  #judgedAt: number | null = null;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #limits = new PublicLimits();
  readonly #tell: (text: string) => void;

  constructor(seed: string, time: VirtualTime, tell: (text: string) => void) {
    this.#time = time;
    this.#tell = tell;
    this.#random = createRandom(`${seed}/network`);
    const switches = new Switches();
    switches.draw(createRandom(`${seed}/switches`));
    switches.set("publicLimits", false);
    const micros = (): number => Math.round(time.now * 1_000);
    this.venue = createVenue({
      clock: { speed: 1, market: micros, wall: () => this.#judgedAt ?? micros() },
      seed,
      run: "0",
      startAt: micros(),
      symbols: [...SYMBOLS],
      feePreset: this.#random.integer(2) === 0 ? "standard" : "reworked",
      journal: forgetfulJournal,
      keyChanged: () => undefined,
      switches,
      faults: this.faults,
    });
    const { engine, book, keys, trading } = this.venue;
    engine.openBooks();
    for (const crowd of engine.crowds.values()) {
      crowd.walkTo(Math.round(crowd.fair), crowd.takerQuantity(), engine.now, false);
      crowd.requote(engine.now);
    }
    engine.startCrowd(true);
    this.account = book.open("desk", "pro");
    this.key = keys.create("desk", "desk", tradingPermissions, micros());
    trading.addListener({
      executed: (_account, { kind, order, trade }) => {
        const name = order.terms.clientOrderId;
        if (kind === "pending_new" && name !== undefined) {
          this.accepted.set(name, (this.accepted.get(name) ?? 0) + 1);
        }
        const size = trade === undefined ? "" : ` ${formatTrimmed(trade.quantity, trade.pair.quantityDecimals)}`;
        this.#tell(
          `exchange: ${kind}${size} ${order.terms.side} ${order.terms.pair.symbol} ${short(name ?? order.id)}`,
        );
      },
    });
  }

  deposit(asset: string, amount: string): boolean {
    const found = assetByName(asset);
    const units = found === undefined ? undefined : parseUnits(amount, found.decimals);
    const { engine, book } = this.venue;
    if (found === undefined || units === undefined || book.available(this.account, found) + units < 0n) {
      return false;
    }
    engine.turn(() => book.deposit(this.account, found, units));
    return true;
  }

  /** What the account holds, to the last digit. */
  balances(): ReadonlyMap<string, Decimal> {
    return new Map(
      assets.map((asset) => [
        asset.name,
        decimal(formatTrimmed(this.venue.book.balance(this.account, asset), asset.decimals)),
      ]),
    );
  }

  openMarkets(): void {
    for (const market of this.venue.engine.markets.values()) {
      market.status = "online";
    }
  }

  view(symbol: string, fresh: boolean, lie = 1): MarketView {
    const market = this.venue.engine.markets.get(symbol);
    const pair = pairs.find((each) => each.symbol === symbol);
    if (market === undefined || pair === undefined) {
      throw new Error(`no market ${symbol}`);
    }
    const ticks = Math.round((market.lastPrice ?? 0) * lie);
    const price = (offset: number): Decimal => decimal(formatTrimmed(BigInt(ticks + offset), pair.priceDecimals));
    const at = this.#time.now;
    const level = (offset: number): Level => [price(offset), decimal("5")];
    return {
      instrument: { ...instrumentOf(symbol), status: market.status === "delisted" ? "delisted" : market.status },
      quote: {
        symbol,
        bid: level(-1),
        ask: level(1),
        lastTrade: null,
        mark: price(0),
        markTime: at,
        fresh,
        staleSince: fresh ? null : at - 60_000,
        staleReason: fresh ? null : "connecting",
        at,
      },
      book: { symbol, version: 1, bids: [level(-1)], asks: [level(1)], at },
      tapeTradeId: market.tape.last?.id ?? 0,
    };
  }

  /** One call over the network. Rejects when there is no answer; hangs when it is lost on the way. */
  async call(request: RestRequest): Promise<RestAnswer> {
    const { faults } = this;
    const random = this.#random;
    const name = request.url.slice(request.url.lastIndexOf("/") + 1);
    const struck = random.next() < this.weather.faults;
    const fate = struck ? random.integer(10) : -1;
    await this.#time.sleep(5 + random.integer(120));
    switch (fate) {
      case 0:
        this.#goesAstray(request);
        this.#tell(`network: ${name} lost on the way there`);
        return lost(this.#time, random);
      case 1:
        this.#goesAstray(request);
        this.#tell(`network: ${name} takes its time`);
        await this.#time.sleep(random.integer(15_000));
        break;
      case 2:
        if (name === "AddOrder") {
          return this.#holdBack(request, name);
        }
        break;
      case 3:
        faults.add({ kind: "html520", target: name, times: 1, executed: random.integer(2) === 0 });
        break;
      case 4: {
        const text = AMBIGUOUS[random.integer(AMBIGUOUS.length)] ?? "EService:Busy";
        faults.add({ kind: "error", target: name, times: 1, text, executed: random.integer(2) === 0 });
        break;
      }
      case 5:
        faults.add({ kind: "invalidNonce", target: name, times: 1 });
        break;
      case 6:
        faults.clear();
        faults.add({ kind: "readsLag", milliseconds: random.integer(8_000), times: 1_000 });
        break;
      default:
    }
    const reply = await serveApi(this.venue, faults, this.#limits, simRequest(request));
    this.#noteArrival(request);
    this.#judge(name, reply);
    if (fate === 7) {
      this.#tell(`network: answer to ${name} lost`);
      return lost(this.#time, random);
    }
    await this.#time.sleep(5 + random.integer(fate === 8 ? 15_000 : 120));
    if (reply === undefined) {
      throw new Error("connection closed");
    }
    return { status: reply.status ?? 200, body: reply.body };
  }

  /** The engine has the order and carries it out much later; nothing shows it until then (TRADING §6 “Absent”). */
  async #holdBack(request: RestRequest, name: string): Promise<RestAnswer> {
    const { venue, faults } = this;
    this.#tell(`exchange: holds an ${name} back`);
    const cameAt = Math.round(this.#time.now * 1_000);
    const admitted = venue.engine.turn(() =>
      admitPrivate({ ...venue, readLag: () => 0 }, venue.callCounters, name, simRequest(request)),
    );
    this.#noteArrival(request);
    if (typeof admitted !== "function") {
      const refusal = jsonReply(envelope(admitted));
      return { status: 200, body: refusal.body };
    }
    this.#time.after(20_000 + this.#random.integer(140_000), () => {
      faults.clear();
      venue.engine.turn(() => {
        this.#judgedAt = cameAt;
        try {
          admitted();
        } finally {
          this.#judgedAt = null;
        }
      });
    });
    return lost(this.#time, this.#random);
  }

  /** The line for private sockets, over the same board of faults. */
  privateLines(draws: Random): PrivateLines {
    return new PrivateLines({
      venue: this.venue,
      faults: this.faults,
      weather: this.weather,
      time: this.#time,
      draws,
      tell: this.#tell,
      arrived: this.arrived,
      astray: this.astray,
    });
  }

  #goesAstray(request: RestRequest): void {
    keysOf(request).forEach((key) => this.astray.add(key));
  }

  #noteArrival(request: RestRequest): void {
    keysOf(request).forEach((key) => this.arrived.add(key));
  }

  #judge(name: string, reply: RestReply | undefined): void {
    if (reply?.body.includes("Rate limit exceeded") === true) {
      this.#tell(`exchange: ${name} is answered ${reply.body}`);
      this.rateRefusals += 1;
    }
  }
}

/** As the desk knows the pair. */
export function instrumentOf(symbol: string): Instrument {
  const pair = pairs.find((each) => each.symbol === symbol);
  if (pair === undefined) {
    throw new Error(`no pair ${symbol}`);
  }
  return {
    symbol,
    restName: pair.restId,
    base: pair.base.name,
    quote: pair.quote.name,
    priceDecimals: pair.priceDecimals,
    tickSize: decimal(formatTrimmed(1n, pair.priceDecimals)),
    quantityDecimals: pair.quantityDecimals,
    baseDecimals: pair.base.decimals,
    quoteDecimals: pair.quote.decimals,
    costDecimals: pair.costDecimals,
    minimumQuantity: decimal(formatTrimmed(pair.minimumQuantity, pair.quantityDecimals)),
    minimumCost: decimal(pair.costMinimum.replace(/0+$/u, "").replace(/\.$/u, "")),
    status: "online",
  };
}

/** Ids that one decision makes differ in their end alone. */
export function short(id: string): string {
  return id.length > 20 ? `${id.slice(0, 6)}.${id.slice(-2)}` : id;
}

function keysOf({ url, body }: RestRequest): readonly string[] {
  const method = url.slice(url.lastIndexOf("/") + 1);
  if (method === "CancelOrderBatch") {
    // Of each order for itself, as if it had gone alone.
    const params = parseJson(body ?? "");
    const names = isParsedObject(params) ? [params["orders"], params["cl_ord_ids"]] : [];
    return names.flatMap((each) => textsParam(each) ?? []).map((name) => callKey("CancelOrder", name));
  }
  const params = new URLSearchParams(body ?? "");
  return [callKey(method, params.get("cl_ord_id") ?? params.get("txid") ?? "")];
}

function simRequest({ url, method, headers, body }: RestRequest): SimRequest {
  const { pathname, searchParams } = new URL(url);
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, path: pathname, query: searchParams, headers: lower, body: body ?? "", remoteAddress: "desk" };
}

async function lost(time: VirtualTime, random: Random): Promise<never> {
  if (random.integer(2) === 0) {
    await time.sleep(random.integer(3_000));
    throw new Error("connection reset");
  }
  return new Promise(() => undefined);
}
