import { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { decimal, multiply, sum, ZERO } from "../../domain/decimal.ts";
import { BalanceStream } from "../../domain/venue/execution-stream-balances.ts";
import { ExecutionStream } from "../../domain/venue/execution-stream.ts";
import { readPrivateFrame } from "../../durable-objects/trader/kraken/socket/frames.ts";
import type { Section } from "../lib/report.ts";
import { ratio, thousands } from "../lib/statistics.ts";
import { BenchAccount, PAIRS, START } from "./account.ts";
import { liveOrder, liveOrders } from "../../domain/account/open-orders.ts";

const FEW = 10;
const MANY = 1_000;
const FRAMES = 1_000;
const ROUNDS = 5;

/** Executions taken in from the text of a frame to the commit, with many orders open against few and against bare inserts. */
export async function benchExecutions(): Promise<Section> {
  const few = await Line.open(FEW);
  const many = await Line.open(MANY);
  const bare = new BareBook();
  const best = { few: Infinity, many: Infinity, bare: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    best.few = Math.min(best.few, await few.take(FRAMES));
    best.many = Math.min(best.many, await many.take(FRAMES));
    best.bare = Math.min(best.bare, await bare.take(few.lastTexts));
  }
  few.close();
  many.close();
  bare.close();
  const rate = (milliseconds: number): number => (FRAMES * 1_000) / milliseconds;
  return {
    title: "Executions taken in",
    method: `One fill a frame and a frame with its two ledger rows, one frame a turn: wire text → stream → decide → SQLite in memory with journal, order, fill and outbox. ${thousands(FRAMES)} fills, best of ${ROUNDS} alternating rounds, one process.`,
    rows: [
      {
        what: `executions/s while ${thousands(MANY)} orders are open`,
        figure: thousands(rate(best.many)),
        against: `while ${FEW} are open ${thousands(rate(best.few))}: ${ratio(rate(best.many), rate(best.few))}`,
      },
      {
        what: "",
        figure: "",
        against: `JSON.parse and one insert a frame ${thousands(rate(best.bare))}: ${ratio(rate(best.many), rate(best.bare))}`,
      },
    ],
  };
}

/** An account with open orders and the private line that tells of their fills. */
class Line {
  lastTexts: readonly string[] = [];
  readonly #account: BenchAccount;
  readonly #stream = new ExecutionStream();
  readonly #balances = new BalanceStream();
  readonly #orderIds: readonly string[];
  #sequence = 0;
  #ledgerSequence = 0;
  #executions = 0;
  #usd = 100_000_000;

  private constructor(account: BenchAccount) {
    this.#account = account;
    this.#orderIds = liveOrders(account.state.orders).map(({ id }) => id);
  }

  static async open(orders: number): Promise<Line> {
    const account = await BenchAccount.open();
    for (let index = 0; index < orders; index += 1) {
      account.time.now += 1_000;
      account.place(PAIRS[index % PAIRS.length]?.symbol ?? "");
      await account.time.step(account.time.now);
    }
    await account.until(() => liveOrders(account.state.orders).every(({ status }) => status === "open"));
    const line = new Line(account);
    line.#stream.expectSnapshot();
    line.#balances.expectSnapshot();
    line.#hear(line.#snapshot());
    line.#hear(`{"channel":"balances","type":"snapshot","data":[],"sequence":1}`);
    line.#ledgerSequence = 1;
    await turn();
    return line;
  }

  /** Milliseconds that so many executions took. */
  async take(count: number): Promise<number> {
    const texts = Array.from({ length: count }, () => [this.#fill(), this.#movements()]);
    this.lastTexts = texts.map(([fill]) => fill ?? "");
    const begun = performance.now();
    for (const text of texts.flat()) {
      this.#hear(text);
      await turn();
    }
    const took = performance.now() - begun;
    this.#check();
    return took;
  }

  close(): void {
    this.#account.close();
  }

  /** Every fill and every movement is booked, to the last digit. */
  #check(): void {
    const { orders, holdings, venue } = this.#account.state;
    const filled = sum(liveOrders(orders).map(({ filledQuantity }) => filledQuantity));
    const expected = multiply(decimal("0.0001"), decimal(String(this.#executions)));
    if (filled !== expected || Object.keys(venue?.unsettled ?? {}).length > 0) {
      throw new Error(`${filled} of ${expected} are booked, ${Object.keys(venue?.unsettled ?? {}).length} not settled`);
    }
    const bought = sum(PAIRS.map(({ base }) => holdings[base]?.managed ?? ZERO));
    if (bought !== expected) {
      throw new Error(`${bought} of ${expected} are held`);
    }
  }

  #hear(text: string): void {
    const message = readPrivateFrame(text);
    if (message.kind !== "executions" && message.kind !== "balances") {
      throw new Error(`a frame was read as ${message.kind}`);
    }
    const { facts, gap } =
      message.kind === "executions" ? this.#stream.take(message.frame) : this.#balances.take(message.frame);
    if (gap) {
      throw new Error("a frame was missed");
    }
    this.#account.tell(facts);
  }

  #snapshot(): string {
    const rows = this.#orderIds.map((id) => {
      const symbol = liveOrder(this.#account.state.orders, id)?.symbol ?? "";
      return `{"order_id":"O-${id}","cl_ord_id":"${id}","symbol":"${symbol}","order_qty":10.00000000,"cum_cost":0.00000,"cum_qty":0.00000000,"time_in_force":"GTC","exec_type":"new","side":"buy","order_type":"limit","limit_price_type":"static","limit_price":99.0,"order_status":"new","fee_ccy_pref":"fciq","timestamp":"${stamp()}"}`;
    });
    return this.#frame("snapshot", rows.join(","));
  }

  #fill(): string {
    this.#executions += 1;
    const id = this.#orderIds[this.#executions % this.#orderIds.length] ?? "";
    const symbol = liveOrder(this.#account.state.orders, id)?.symbol ?? "";
    const filled = (Math.floor((this.#executions - 1) / this.#orderIds.length) + 1) * 0.0001;
    const total = filled.toFixed(8);
    return this.#frame(
      "update",
      `{"cl_ord_id":"${id}","order_id":"O-${id}","exec_id":"T-${String(this.#executions)}","exec_type":"trade","trade_id":${String(this.#executions)},"symbol":"${symbol}","side":"buy","last_qty":0.00010000,"last_price":99.0,"liquidity_ind":"m","cost":0.00990,"order_type":"limit","timestamp":"${stamp()}","order_status":"partially_filled","cum_qty":${total},"cum_cost":${(filled * 99).toFixed(5)},"fee_usd_equiv":0.00003,"avg_price":99.0,"fees":[{"asset":"USD","qty":0.00003}]}`,
    );
  }

  /** The ledger rows of the last fill. */
  #movements(): string {
    const trade = String(this.#executions);
    const symbol = liveOrder(
      this.#account.state.orders,
      this.#orderIds[this.#executions % this.#orderIds.length] ?? "",
    )?.symbol;
    this.#usd -= 0.00993;
    this.#ledgerSequence += 1;
    const row = (id: string, asset: string, amount: string, fee: string, balance: string): string =>
      `{"asset":"${asset}","amount":${amount},"balance":${balance},"fee":${fee},"ledger_id":"${id}","ref_id":"T-${trade}","timestamp":"${stamp()}","type":"trade","asset_class":"currency","category":"trade","wallet_type":"spot","wallet_id":"main"}`;
    const rows = [
      row(`LA-${trade}`, symbol?.split("/")[0] ?? "", "0.0001000000", "0.0000000000", "1.0000000000"),
      row(`LB-${trade}`, "USD", "-0.0099", "0.0000", this.#usd.toFixed(4)),
    ];
    return `{"channel":"balances","type":"update","data":[${rows.join(",")}],"sequence":${String(this.#ledgerSequence)}}`;
  }

  #frame(type: "snapshot" | "update", rows: string): string {
    this.#sequence += 1;
    return `{"channel":"executions","type":"${type}","data":[${rows}],"sequence":${String(this.#sequence)}}`;
  }
}

/** The floor: what any client has to do at the least. */
class BareBook {
  readonly #database = new DatabaseSync(":memory:");

  constructor() {
    this.#database.exec("CREATE TABLE executions (id INTEGER PRIMARY KEY, data TEXT NOT NULL)");
  }

  async take(texts: readonly string[]): Promise<number> {
    const insert = this.#database.prepare("INSERT INTO executions (data) VALUES (?)");
    const begun = performance.now();
    for (const text of texts) {
      insert.run(JSON.stringify(JSON.parse(text)));
      await turn();
    }
    return performance.now() - begun;
  }

  close(): void {
    this.#database.close();
  }
}

function stamp(): string {
  return new Date(START + 3_600_000).toISOString();
}
