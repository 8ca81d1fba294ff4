import { decimal } from "../../domain/decimal.ts";
import type { NameTable } from "../../domain/venue/names.ts";
import { WIDE_RISK } from "../../domain/testing/wide-risk.ts";
import { readNames } from "../../durable-objects/trader/kraken/rest/public.ts";
import { decodeSecret } from "../../durable-objects/trader/kraken/rest/sign.ts";
import { createRandom } from "../../exchange-sim/random.ts";
import { TestDesk } from "../../tests/chaos/desk.ts";
import { Disk, type Life } from "../../tests/chaos/storage.ts";
import { VirtualTime } from "../../tests/chaos/time.ts";
import { ModelExchange, SYMBOLS } from "../../tests/chaos/venue.ts";
import type { Section } from "../lib/report.ts";
import { milliseconds, percentile, ratio, thousands } from "../lib/statistics.ts";
import { START } from "./account.ts";
import { liveOrder, liveOrders, NO_ORDERS } from "../../domain/account/open-orders.ts";

const FILLS = 10_000;
const CANCELS = 100;

/** From the wish to the exchange's end of the order, while the desk reads ten thousand fills that it slept through. */
export async function benchCancels(): Promise<Section> {
  const calm = await measure(0);
  const behind = await measure(FILLS);
  const p = (samples: readonly number[], share: number): number => percentile(samples, share);
  const row = (what: string, share: number): Section["rows"][number] => ({
    what,
    figure: milliseconds(p(behind.samples, share)),
    against: `with nothing to read ${milliseconds(p(calm.samples, share))}: ${ratio(p(behind.samples, share), p(calm.samples, share))}${share > 0.9 ? "; target 1 s" : ""}`,
  });
  return {
    title: "A cancel behind a long history",
    method: `Virtual time, over REST, tier pro, a network of 5 to 125 ms each way: ${CANCELS} cancels of resting orders, one every 4 to 10 s, from the start of a desk that has ${thousands(FILLS)} fills and their ledger rows to read (${thousands(behind.calls)} calls meanwhile, and not at the end of it). p99 is the worst.`,
    rows: [row("wish to cancelled at the exchange, p50", 0.5), row("wish to cancelled at the exchange, p99", 0.99)],
  };
}

async function measure(fills: number): Promise<{ readonly samples: readonly number[]; readonly calls: number }> {
  const stage = await Stage.open();
  try {
    const big = await stage.place("BTC/USD", "40", 0.999);
    const small: string[] = [];
    for (let index = 0; index < CANCELS; index += 1) {
      small.push(await stage.place(index % 2 === 0 ? "BTC/USD" : "ETH/USD", "0.01", 0.9));
    }
    stage.sleep();
    stage.fill(fills);
    stage.start();
    const calls = stage.calls;
    const random = createRandom("cancels");
    const samples: number[] = [];
    for (const id of small) {
      await stage.run(4_000 + random.integer(6_000));
      samples.push(await stage.cancel(id));
    }
    if (fills > 0 && stage.filledOf(big) >= 0.0001 * fills * 0.99) {
      throw new Error("the history was read before the last cancel");
    }
    return { samples, calls: stage.calls - calls };
  } finally {
    stage.close();
  }
}

/** A desk and an exchange in virtual time. */
class Stage {
  calls = 0;
  readonly #time = new VirtualTime(START);
  readonly #exchange = new ModelExchange("cancels", this.#time, () => undefined);
  readonly #disk = new Disk();
  readonly #names: NameTable;
  readonly #cancelled = new Map<string, number>();
  #life: Life = { state: "dead", gateClosed: false };
  #desk: TestDesk | null = null;
  #ids = 0;

  private constructor(names: NameTable) {
    this.#names = names;
    this.#exchange.venue.trading.addListener({
      executed: (_account, { kind, order }) => {
        if (kind === "canceled") {
          this.#cancelled.set(order.terms.clientOrderId ?? "", this.#time.now);
        }
      },
    });
  }

  static async open(): Promise<Stage> {
    const time = new VirtualTime(START);
    const exchange = new ModelExchange("names", time, () => undefined);
    const reading = readNames({
      base: "https://exchange",
      transport: (request) => exchange.call(request),
      clock: { now: () => time.now, after: (milliseconds_, run) => time.after(milliseconds_, run) },
    });
    while (await time.step(START + 2_000)) {
      // Until nothing is left to happen.
    }
    const names = await reading;
    if (!names.ok) {
      throw new Error("the names could not be read");
    }
    const stage = new Stage(names.value);
    stage.#exchange.deposit("USD", "100000000");
    stage.start();
    await stage.run(30_000);
    stage.#alive.apply({ type: "change_settings", limits: WIDE_RISK });
    return stage;
  }

  get #alive(): TestDesk {
    if (this.#desk === null) {
      throw new Error("the desk is not up");
    }
    return this.#desk;
  }

  start(): void {
    const life: Life = { state: "alive", gateClosed: false };
    this.#life = life;
    this.#desk = new TestDesk({
      disk: this.#disk,
      life,
      now: () => Math.floor(this.#time.now),
      after: (delay, run) =>
        this.#time.after(delay, () => {
          if (life.state === "alive") {
            run();
          }
        }),
      transport: (request) => {
        this.calls += 1;
        return this.#exchange.call(request);
      },
      credentials: async () => {
        const { key, secret } = this.#exchange.key;
        return { key, secretBytes: decodeSecret(secret) ?? new Uint8Array() };
      },
      names: () => this.#names,
      newId: () => {
        this.#ids += 1;
        return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, "0")}`;
      },
      markets: () => Object.fromEntries(SYMBOLS.map((symbol) => [symbol, this.#exchange.view(symbol, true)])),
      committed: () => undefined,
      failed: (error) => {
        throw new Error("the desk failed", { cause: error });
      },
    });
    this.#desk.start();
  }

  /** Gone, as an object that is evicted. */
  sleep(): void {
    this.#life.state = "dead";
    this.#desk = null;
  }

  async run(duration: number): Promise<void> {
    const until = this.#time.now + duration;
    while (await this.#time.step(until)) {
      this.#exchange.venue.engine.catchUp();
    }
    this.#exchange.venue.engine.catchUp();
  }

  /** A buy that rests at that share of the price; answers its id once the exchange has it. */
  async place(symbol: string, quantity: string, share: number): Promise<string> {
    const before = new Set(liveOrders(this.#alive.state?.orders ?? NO_ORDERS).map((order) => order.id));
    const mark = this.#exchange.view(symbol, true).quote.mark ?? "0";
    const decision = this.#alive.apply({
      type: "place_order",
      request: {
        symbol,
        side: "buy",
        type: "limit",
        timeInForce: "gtc",
        postOnly: false,
        quantity: decimal(quantity),
        limitPrice: decimal(String(Math.floor(Number(mark) * share))),
      },
    });
    if (decision.type === "denied") {
      throw new Error(decision.problem.message);
    }
    const id =
      liveOrders(this.#alive.state?.orders ?? NO_ORDERS)
        .map((order) => order.id)
        .find((each) => !before.has(each)) ?? "";
    for (let waited = 0; liveOrder(this.#alive.state?.orders ?? NO_ORDERS, id)?.status !== "open"; waited += 1) {
      if (waited > 100) {
        throw new Error(`the order ${id} did not open`);
      }
      await this.run(1_000);
    }
    return id;
  }

  /** So many small fills of whatever rests highest, a millisecond apart. */
  fill(count: number): void {
    const { engine } = this.#exchange.venue;
    const market = engine.markets.get("BTC/USD");
    const { trades } = this.#exchange.account;
    for (const before = trades.length; trades.length < before + count;) {
      this.#time.now += 1;
      engine.turn(() =>
        market?.execute({ side: "sell", limit: undefined, quantity: 10_000n, orderType: "market" }, engine.now),
      );
    }
  }

  filledOf(orderId: string): number {
    return Number(liveOrder(this.#alive.state?.orders ?? NO_ORDERS, orderId)?.filledQuantity ?? "0");
  }

  /** Virtual milliseconds from the wish to the cancel at the exchange. */
  async cancel(orderId: string): Promise<number> {
    const wished = this.#time.now;
    this.#alive.apply({ type: "cancel_order", orderId });
    for (let waited = 0; !this.#cancelled.has(orderId); waited += 1) {
      if (waited > 10_000) {
        throw new Error(`the order ${orderId} was never cancelled`);
      }
      await this.run(10);
    }
    return (this.#cancelled.get(orderId) ?? 0) - wished;
  }

  close(): void {
    this.#life.state = "dead";
    this.#disk.close();
  }
}
