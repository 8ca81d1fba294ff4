/** Turns of one account at Kraken: each command with what a decision on it may depend on. */
import type { Command } from "../../../domain/account/commands.ts";
import type { Context } from "../../../domain/account/context.ts";
import type { Decision } from "../../../domain/account/decision.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import { symbolsNeeded } from "../../../domain/account/symbols.ts";
import type { MarketView, Symbol } from "../../../domain/market.ts";
import type { Order } from "../../../domain/orders/order.ts";
import { tradeKeyOf } from "../../../domain/venue/reports.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import type { KrakenAccountPorts } from "./ports.ts";
import { liveOrder, NO_ORDERS } from "../../../domain/account/open-orders.ts";

export class Judge {
  readonly #ports: KrakenAccountPorts;

  constructor(ports: KrakenAccountPorts) {
    this.#ports = ports;
  }

  get state(): AccountState | null {
    return this.#ports.desk.account(this.#ports.accountId);
  }

  /** Which of the execution and ledger ids the journal has. */
  booked(ids: readonly string[]): ReadonlySet<string> {
    return this.#ports.desk.store.knownVenueIds(ids);
  }

  /** Decides and books in one synchronous turn. */
  apply(command: Command, markets: Readonly<Record<Symbol, MarketView>> = {}): Decision {
    const { desk, accountId } = this.#ports;
    return desk.turn((turn) => turn.apply(accountId, command, this.#context(command, markets)));
  }

  /** As apply, with the prices that value what came in. */
  async applyValued(command: Command): Promise<Decision> {
    const { state } = this;
    const symbols = state === null ? [] : symbolsNeeded(state, command);
    return this.apply(command, symbols.length === 0 ? {} : await this.#ports.markets(symbols));
  }

  /** An order of the account that ended, by the exchange's id or by ours; null when there is none. */
  pastOrder(id: string): Order | null {
    const { desk, accountId } = this.#ports;
    const view = desk.store.order(accountId, desk.store.orderIdOf(accountId, id) ?? id);
    return view === null ? null : parseTrusted<Order>(view);
  }

  #context(command: Command, markets: Context["markets"]): Context {
    const { now, market, newId } = this.#ports;
    const time = now();
    const pastOrders: Record<string, Order> = {};
    for (const id of new Set(orderNamesIn(command))) {
      const order = this.pastOrder(id);
      if (order !== null && liveOrder(this.state?.orders ?? NO_ORDERS, order.id) === undefined) {
        pastOrders[id] = order;
      }
    }
    return {
      now: time,
      marketTime: time,
      market,
      id: newId(),
      origin: "manual",
      markets,
      instruments: {},
      booked: this.booked(bookableIn(command)),
      pastOrders,
    };
  }
}

/** Execution and ledger ids that a command brings, and the trades of the executions. */
function bookableIn(command: Command): readonly string[] {
  switch (command.type) {
    case "book_executions":
      return command.executions.flatMap((execution) => [execution.executionId, tradeKeyOf(execution) ?? []].flat());
    case "book_ledger":
      return command.rows.map(({ ledgerId }) => ledgerId);
    default:
      return [];
  }
}

/** Names of orders that a command brings, of either side. */
function orderNamesIn(command: Command): readonly string[] {
  switch (command.type) {
    case "book_executions":
      return [
        ...command.executions.flatMap(({ venueOrderId, clientOrderId }) => [venueOrderId, clientOrderId ?? []].flat()),
        ...command.orders.flatMap(namesOf),
      ];
    case "report_orders":
      return command.orders.flatMap(namesOf);
    default:
      return [];
  }
}

function namesOf(order: {
  readonly venueOrderId: string;
  readonly clientOrderId: string | null;
  readonly parentVenueOrderId: string | null;
}): readonly string[] {
  return [order.venueOrderId, order.clientOrderId, order.parentVenueOrderId].filter((name) => name !== null);
}
