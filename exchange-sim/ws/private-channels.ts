import { isoMicros } from "../clock.ts";
import type { AccountBook, LedgerListener } from "../engine/account-book.ts";
import type { Account, LedgerEntry } from "../engine/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import type { UserTrade } from "../engine/orders.ts";
import { matchingMaximum, type MatchingCounters } from "../engine/rate-counters.ts";
import type { ExecutionEvent, ExecutionListener } from "../engine/trading.ts";
import { assetByName, assets } from "../instruments.ts";
import type { Switches } from "../switches.ts";
import { hash } from "../random.ts";
import type { Connection } from "./connection.ts";
import { executionRow, fullRow, tradeExecutionRow } from "./execution-rows.ts";
import { numberText } from "./frames.ts";
import { encodeJson, type Json } from "./json.ts";
import { booleanParam, failure, success, textParam, type Request } from "./messages.ts";

export type PrivateChannel = "executions" | "balances";

interface PrivateSubscription {
  readonly connection: Connection;
  readonly channel: PrivateChannel;
  readonly account: Account;
  /** Whether intermediate order states are wanted. */
  readonly orderStatus: boolean;
  readonly rateCounter: boolean;
  sequence: number;
}

/** A private frame on its way, so that faults can drop, double or reorder it. */
export interface PrivateFrame {
  readonly connection: Connection;
  readonly channel: PrivateChannel;
  readonly text: string;
}

const snapshotTrades = 50;
const deprecations = [
  "cancel_reason is deprecated, use reason",
  "stop_price is deprecated, use triggers.price",
  "trigger is deprecated use triggers.reference",
  "triggered_price is deprecated use triggers.last_price",
];

/** The channels of an account: `executions` and `balances` (PROTOCOL §6). */
export class PrivateChannels implements ExecutionListener, LedgerListener {
  readonly #engine: Engine;
  readonly #book: AccountBook;
  readonly #counters: MatchingCounters;
  readonly #switches: Switches;
  readonly #subscriptions = new Set<PrivateSubscription>();
  #waiting: PrivateFrame[] = [];
  /** Faults may change what is delivered, and how far a sequence steps. */
  tamper: (frames: readonly PrivateFrame[]) => readonly PrivateFrame[] = (frames) => frames;
  sequenceStep: (channel: PrivateChannel) => number = () => 1;

  constructor(engine: Engine, book: AccountBook, counters: MatchingCounters, switches: Switches) {
    this.#engine = engine;
    this.#book = book;
    this.#counters = counters;
    this.#switches = switches;
  }

  subscribe(connection: Connection, request: Request, account: Account, channel: PrivateChannel): void {
    const existing = this.#find(connection, channel);
    if (existing !== undefined) {
      connection.queue(encodeJson(failure(request, this.#engine.clock.wall(), "Already subscribed")));
      return;
    }
    const { params } = request;
    const subscription: PrivateSubscription = {
      connection,
      channel,
      account,
      orderStatus: booleanParam(params["order_status"]) ?? true,
      rateCounter: booleanParam(params["ratecounter"]) ?? false,
      sequence: 0,
    };
    this.#subscriptions.add(subscription);
    connection.subscribed = true;
    const snapshot = booleanParam(params["snapshot"]) ?? booleanParam(params["snap_orders"]) ?? true;
    const result: Json =
      channel === "executions"
        ? { channel, maxratecount: matchingMaximum(account.tier), snapshot, warnings: deprecations }
        : { channel, snapshot };
    connection.queue(encodeJson(success(request, this.#engine.clock.wall(), result)));
    if (channel === "balances") {
      if (snapshot) {
        this.#queue(subscription, "snapshot", this.#balanceRows(account));
      }
    } else {
      const trades = booleanParam(params["snap_trades"]) ?? false;
      if (snapshot || trades) {
        const orders = snapshot ? [...account.live.values()].map((order) => fullRow(order, "new")) : [];
        this.#queue(subscription, "snapshot", [...orders, ...(trades ? this.#tradeRows(account) : [])]);
      }
    }
    this.deliver();
  }

  unsubscribe(connection: Connection, request: Request): void {
    const channel = textParam(request.params["channel"]);
    const found = channel === "executions" || channel === "balances" ? this.#find(connection, channel) : undefined;
    if (found === undefined) {
      connection.queue(encodeJson(failure(request, this.#engine.clock.wall(), "Subscription Not Found")));
      return;
    }
    this.#subscriptions.delete(found);
    connection.queue(encodeJson(success(request, this.#engine.clock.wall(), { channel: found.channel })));
  }

  forget(connection: Connection): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.connection === connection) {
        this.#subscriptions.delete(subscription);
      }
    }
  }

  executed(account: Account, event: ExecutionEvent): void {
    for (const subscription of this.#of(account, "executions")) {
      const intermediate = event.kind === "status" || event.kind === "amended" || event.kind === "restated";
      if (!intermediate || subscription.orderStatus) {
        const row = executionRow(event, {
          lastTradeSaysFilled: this.#switches.value("lastTradeStatus") === "filled",
          executionId: (trade) => this.#executionId(trade),
        });
        const { symbol } = event.order.terms.pair;
        const count = this.#counters.value(account.id, symbol, account.tier, this.#engine.clock.wall());
        this.#queue(subscription, "update", [
          subscription.rateCounter ? { ...row, ratecount: Math.round(count * 100) / 100 } : row,
        ]);
      }
    }
  }

  ledgerPosted(account: Account, entry: LedgerEntry): void {
    const asset = assetByName(entry.asset);
    for (const subscription of this.#of(account, "balances")) {
      const decimals = asset?.decimals ?? 0;
      const row = {
        ledger_id: entry.id,
        ref_id: entry.refid,
        timestamp: isoMicros(entry.time),
        type: entry.type,
        asset: entry.asset,
        asset_class: "currency",
        category: entry.type,
        wallet_type: "spot",
        wallet_id: "main",
        amount: numberText(entry.amount, decimals),
        fee: numberText(entry.fee, decimals),
        balance: numberText(entry.balance, decimals),
      };
      this.#queue(subscription, "update", [row]);
    }
  }

  /** Hands over what happened since the last call. */
  deliver(): void {
    if (this.#waiting.length > 0) {
      const frames = this.tamper(this.#waiting);
      this.#waiting = [];
      for (const frame of frames) {
        frame.connection.queue(frame.text);
      }
    }
  }

  #queue(subscription: PrivateSubscription, type: "snapshot" | "update", data: readonly Json[]): void {
    const { connection, channel } = subscription;
    subscription.sequence += subscription.sequence === 0 ? 1 : this.sequenceStep(channel);
    this.#waiting.push({
      connection,
      channel,
      text: encodeJson({ channel, type, data, sequence: subscription.sequence }),
    });
  }

  #balanceRows(account: Account): Json[] {
    return assets
      .filter((asset) => account.balances.has(asset.name))
      .map((asset) => {
        const balance = numberText(this.#book.balance(account, asset), asset.decimals);
        return {
          asset: asset.name,
          asset_class: "currency",
          balance,
          wallets: [{ type: "spot", id: "main", balance }],
        };
      });
  }

  #tradeRows(account: Account): Json[] {
    const rows: Json[] = [];
    for (const trade of account.trades.slice(-snapshotTrades)) {
      const order = account.orders.get(trade.orderId);
      if (order !== undefined) {
        const status = order.status === "closed" ? "filled" : "partially_filled";
        rows.push(tradeExecutionRow(order, trade, status, false, this.#executionId(trade)));
      }
    }
    return rows;
  }

  /** exec_id is the key of TradesHistory; a switch gives it another value (PROTOCOL §6.1 [1]). */
  #executionId(trade: UserTrade): string {
    if (this.#switches.value("executionId") === "trade id") {
      return trade.id;
    }
    const word = (salt: string): string =>
      hash(trade.id + salt)
        .toString(32)
        .toUpperCase()
        .padStart(7, "W");
    return `T${word("a").slice(0, 5)}-${word("b").slice(0, 5)}-${word("c").slice(0, 6)}`;
  }

  #of(account: Account, channel: PrivateChannel): PrivateSubscription[] {
    return [...this.#subscriptions].filter((each) => each.account === account && each.channel === channel);
  }

  #find(connection: Connection, channel: PrivateChannel): PrivateSubscription | undefined {
    return [...this.#subscriptions].find((each) => each.connection === connection && each.channel === channel);
  }
}
