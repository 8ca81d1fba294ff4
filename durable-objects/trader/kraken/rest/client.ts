/** The REST client of one Kraken key: api.ts over the signed line. */
import type { z } from "zod";
import { fullCounter, type VenueAction } from "../../../../domain/venue/errors.ts";
import type { VenueFailure, VenueReply } from "../../../../domain/venue/failure.ts";
import type { Lane } from "../../../../domain/venue/lanes.ts";
import { ADD_COST, type RateCost } from "../../../../domain/venue/rate-counters.ts";
import type { VenueExecution } from "../../../../domain/venue/reports.ts";
import type { Milliseconds } from "../../../../domain/market.ts";
import type { CallOptions, KrakenRest, KrakenRestPorts, WebSocketsToken, WriteOptions } from "./api.ts";
import { CallLine, type Call, type CallBody, type Outcome } from "./call-line.ts";
import {
  amendParams,
  cancelBatchParams,
  cancelParams,
  deadlineParam,
  formBody,
  historyParams,
  jsonBody,
  orderParams,
  type Params,
} from "./encode.ts";
import * as account from "./parse-account.ts";
import * as history from "./parse-history.ts";
import * as orders from "./parse-orders.ts";
import { readPublic } from "./public.ts";
import { replyOf } from "./reply.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
/** A refused nonce executed nothing; a read asks again so often (PROTOCOL §1.3). */
const NONCE_RETRIES = 2;
/** History calls cost 2 according to Kraken and 4 according to one other source (PROTOCOL §3.1): counted as 4. */
const HISTORY_COST = 4;
/** PROTOCOL §2.3 QueryTrades. */
const MOST_TRADES_ASKED = 20;
const NO_FEES = "no fees in the answer";

/** What a call is, apart from its answer. */
type Spec = {
  readonly method: string;
  readonly action: VenueAction;
  readonly lane: Lane;
  readonly options: WriteOptions | undefined;
  readonly cost: () => RateCost;
  readonly deadline: Milliseconds | null;
  readonly body: Call["body"];
};

/** The client. It keeps no state but the queue: nonces, counters and keys are its ports'. */
export function krakenRest(ports: KrakenRestPorts): KrakenRest {
  const line = new CallLine(ports);
  let token: Promise<VenueReply<WebSocketsToken>> | null = null;

  async function call<S extends z.ZodType>(spec: Spec, schema: S): Promise<VenueReply<z.output<S>>> {
    const { options, ...rest } = spec;
    const lane = options?.lane ?? spec.lane;
    const urgency = options?.urgency ?? (lane === "protective" ? "protective" : "ordinary");
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await line.submit({ ...rest, lane, urgency, beforeSend: options?.beforeSend ?? null });
      const reply = read(outcome, spec, schema);
      const again = !reply.ok && spec.action === "read" && isNonceRefused(reply.failure) && attempt < NONCE_RETRIES;
      if (!again) {
        return reply;
      }
    }
  }

  /** What an outcome says, and what is learned from it about limits and lockouts. */
  function read<S extends z.ZodType>(outcome: Outcome, { action, cost }: Spec, schema: S): VenueReply<z.output<S>> {
    if (outcome.kind === "not sent") {
      return { ok: false, failure: outcome.failure };
    }
    const answer = outcome.kind === "answered" ? outcome.answer : outcome.text;
    const reply = replyOf(answer, action, ports.clock.now(), schema);
    if (!reply.ok) {
      learn(reply.failure, cost());
    }
    return reply;
  }

  function learn(failure: VenueFailure, cost: RateCost): void {
    const counter = fullCounter(failure.text);
    if (counter === "calls") {
      ports.rates.refusedForRate(null);
    } else if (counter === "matching") {
      for (const { symbol } of cost.matching) {
        ports.rates.refusedForRate(symbol);
      }
    }
    if (failure.class === "suspended" && failure.retryAt !== null) {
      line.lock(failure);
    }
  }

  function readCall<S extends z.ZodType>(
    method: string,
    params: Params,
    options: CallOptions | undefined,
    schema: S,
    cost = 1,
  ): Promise<VenueReply<z.output<S>>> {
    const spec: Spec = {
      method,
      action: "read",
      lane: "history",
      options,
      cost: () => ({ calls: cost, matching: [] }),
      deadline: null,
      body: (nonce) => form([["nonce", nonce], ...params]),
    };
    return call(spec, schema);
  }

  async function queryTrades(
    executionIds: readonly string[],
    options: CallOptions | undefined,
  ): Promise<VenueReply<readonly VenueExecution[]>> {
    if (executionIds.length === 0) {
      return { ok: true, value: [] };
    }
    const params: Params = [["txid", executionIds.join(",")]];
    const reply = await readCall("QueryTrades", params, options, history.queryTradesResult);
    return map(reply, (rows) => history.toExecutions(rows, ports.names()));
  }

  return {
    async addOrder(wish, options) {
      const params = orderParams(wish);
      const spec: Spec = {
        method: "AddOrder",
        action: "order",
        lane: "entries",
        options,
        cost: () => ({ calls: 0, matching: [{ symbol: wish.instrument.symbol, points: ADD_COST }] }),
        deadline: wish.deadline,
        body: (nonce, deadline) => form([["nonce", nonce], ...params, deadlineParam(deadline)]),
      };
      return map(await call(spec, orders.addOrderResult), ({ txid, descr }) => ({
        venueOrderId: txid[0],
        description: descr.order,
      }));
    },
    async validateOrder(wish, options) {
      const params = orderParams(wish);
      const spec: Spec = {
        method: "AddOrder",
        // Nothing is placed: an answer that is missing leaves nothing unknown.
        action: "read",
        lane: "entries",
        options,
        cost: () => ({ calls: 0, matching: [{ symbol: wish.instrument.symbol, points: ADD_COST }] }),
        deadline: null,
        body: (nonce) => form([["nonce", nonce], ...params, ["validate", "true"]]),
      };
      return map(await call(spec, orders.validateOrderResult), ({ descr }) => descr.order);
    },
    async amendOrder(wish, options) {
      const params = amendParams(wish);
      const { symbol } = wish.instrument;
      const spec: Spec = {
        method: "AmendOrder",
        action: "amend",
        lane: "entries",
        options,
        cost: () => ({ calls: 0, matching: [{ symbol, points: ports.rates.costOf("amend", wish.touchedAt) }] }),
        deadline: wish.deadline,
        body: (nonce, deadline) => form([["nonce", nonce], ...params, deadlineParam(deadline)]),
      };
      return map(await call(spec, orders.amendOrderResult), (result) => ({ amendId: result.amend_id }));
    },
    cancelOrder(wish, options) {
      const params = cancelParams(wish);
      const spec: Spec = {
        method: "CancelOrder",
        action: "cancel",
        lane: "protective",
        options,
        cost: () => ({
          calls: 0,
          matching: [{ symbol: wish.symbol, points: ports.rates.costOf("cancel", wish.touchedAt) }],
        }),
        deadline: wish.deadline,
        body: (nonce) => form([["nonce", nonce], ...params]),
      };
      return call(spec, orders.cancelResult);
    },
    async cancelOrders(wishes, options) {
      if (wishes.length === 0) {
        return { ok: true, value: { count: 0 } };
      }
      const params = cancelBatchParams(wishes);
      const spec: Spec = {
        method: "CancelOrderBatch",
        action: "cancel",
        lane: "protective",
        options,
        cost: () => ({
          calls: 0,
          matching: wishes.map(({ symbol, touchedAt }) => ({
            symbol,
            points: ports.rates.costOf("cancel", touchedAt),
          })),
          beyondLimit: true,
        }),
        deadline: Math.min(...wishes.map(({ deadline }) => deadline)),
        body: (nonce) => ({ text: jsonBody(nonce, params), contentType: JSON_TYPE }),
      };
      return call(spec, orders.cancelResult);
    },
    cancelAll(deadline, options) {
      return call(accountWide("CancelAll", [], deadline, options), orders.cancelResult);
    },
    async cancelAllAfter(seconds, deadline, options) {
      const spec = accountWide("CancelAllOrdersAfter", [["timeout", String(seconds)]], deadline, options);
      return map(await call(spec, orders.cancelAllAfterResult), (result) => ({
        triggerAt: account.triggerTime(result.triggerTime),
      }));
    },

    async openOrders(clientOrderId, options) {
      const params = clientOrderId === undefined || clientOrderId === null ? [] : [ownId(clientOrderId)];
      const reply = await readCall("OpenOrders", params, options, orders.openOrdersResult);
      return map(reply, ({ open }) => orders.toOrders(open, ports.names()));
    },
    async closedOrders(query, options) {
      const own = query.clientOrderId === undefined ? [] : [ownId(query.clientOrderId)];
      // By when they ended: what was opened before a window and ended in it is in it.
      const params: Params = [...own, ...historyParams(query), ["closetime", "close"]];
      const reply = await readCall("ClosedOrders", params, options, orders.closedOrdersResult);
      return map(reply, ({ closed, count }) => {
        const rows = orders.toOrders(closed, ports.names());
        return { rows, sent: rows.length, count: count ?? null };
      });
    },
    async queryOrders(venueOrderIds, options) {
      if (venueOrderIds.length === 0) {
        return { ok: true, value: [] };
      }
      const params: Params = [["txid", venueOrderIds.join(",")]];
      const reply = await readCall("QueryOrders", params, options, orders.queryOrdersResult);
      return map(reply, (rows) => orders.toOrders(rows, ports.names()));
    },
    async tradesHistory(query, options) {
      // Each fill for itself, as the private socket tells them: a fill is booked once by its id (TRADING §6).
      const params: Params = [...historyParams(query), ["consolidate_taker", "false"]];
      const reply = await readCall("TradesHistory", params, options, history.tradesHistoryResult, HISTORY_COST);
      return map(reply, ({ trades, count }) => ({
        rows: history.toExecutions(trades.rows, ports.names()),
        sent: trades.sent,
        count: count ?? null,
      }));
    },
    async executionsOf(venueOrderId, options) {
      const params: Params = [
        ["txid", venueOrderId],
        ["trades", "true"],
        ["consolidate_taker", "false"],
      ];
      const reply = await readCall("QueryOrders", params, options, orders.queryOrdersResult);
      if (!reply.ok) {
        return reply;
      }
      const ids = orders.toExecutionIds(reply.value);
      const executions: VenueExecution[] = [];
      for (let start = 0; start < ids.length; start += MOST_TRADES_ASKED) {
        const some = await queryTrades(ids.slice(start, start + MOST_TRADES_ASKED), options);
        if (!some.ok) {
          return some;
        }
        executions.push(...some.value);
      }
      return { ok: true, value: executions };
    },
    queryTrades,
    async ledgers(query, options) {
      const type: Params = query.type === undefined ? [] : [["type", query.type]];
      const params = [...type, ...historyParams(query)];
      const reply = await readCall("Ledgers", params, options, history.ledgersResult, HISTORY_COST);
      return map(reply, ({ ledger, count }) => ({
        rows: history.toLedgerRows(ledger.rows, ports.names()),
        sent: ledger.sent,
        count: count ?? null,
      }));
    },
    async queryLedgers(ledgerIds, options) {
      if (ledgerIds.length === 0) {
        return { ok: true, value: [] };
      }
      const params: Params = [["id", ledgerIds.join(",")]];
      const reply = await readCall("QueryLedgers", params, options, history.queryLedgersResult, 2);
      return map(reply, (rows) => history.toLedgerRows(rows, ports.names()));
    },
    async balances(options) {
      const reply = await readCall("BalanceEx", [], options, account.balancesResult);
      return map(reply, (rows) => account.toHoldings(rows, ports.names()));
    },
    async tradeVolume(pairs, options) {
      const params: Params = [["pair", pairs.map(({ restName }) => restName).join(",")]];
      const reply = await readCall("TradeVolume", params, options, account.tradeVolumeResult);
      if (!reply.ok) {
        return reply;
      }
      const found = account.toFees(reply.value, pairs, ports.names());
      return "missing" in found
        ? { ok: false, failure: noFees(found.missing) }
        : { ok: true, value: { fees: found.fees, thirtyDayVolume: reply.value.volume ?? null } };
    },
    webSocketsToken(options) {
      token ??= askForToken(options).finally(() => {
        token = null;
      });
      return token;
    },
    async apiKeyInfo(options) {
      return map(await readCall("GetApiKeyInfo", [], options, account.keyInfoResult), account.toKeyInfo);
    },
    systemStatus() {
      return readPublic(ports, "SystemStatus", account.systemStatusResult);
    },
    get waiting() {
      return line.length;
    },
  };

  /** The token's time runs from when it was asked for: the answer may have been slow. */
  async function askForToken(options: CallOptions | undefined): Promise<VenueReply<WebSocketsToken>> {
    const reply = await readCall("GetWebSocketsToken", [], options, account.tokenResult);
    const now = ports.clock.now();
    return map(reply, (result) => ({ token: result.token, expiresAt: now + result.expires * 1_000 }));
  }
}

function accountWide(method: string, params: Params, deadline: Milliseconds, options: WriteOptions | undefined): Spec {
  return {
    method,
    action: "cancel",
    lane: "protective",
    options,
    cost: () => ({ calls: 1, matching: [] }),
    deadline,
    body: (nonce) => form([["nonce", nonce], ...params]),
  };
}

function form(params: Params): CallBody {
  return { text: formBody(params), contentType: FORM };
}

function ownId(clientOrderId: string): readonly [string, string] {
  return ["cl_ord_id", clientOrderId.toLowerCase()];
}

function map<T, U>(reply: VenueReply<T>, change: (value: T) => U): VenueReply<U> {
  return reply.ok ? { ok: true, value: change(reply.value) } : reply;
}

function isNonceRefused(failure: VenueFailure): boolean {
  return failure.text.startsWith("EAPI:Invalid nonce");
}

function noFees(symbol: string): VenueFailure {
  const message = `Kraken told no fee for ${symbol}; it is asked again before anything is estimated with it.`;
  return { class: "refused", text: NO_FEES, message, retryAt: null };
}
