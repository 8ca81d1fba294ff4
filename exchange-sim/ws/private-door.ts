import { isoSeconds, MILLISECOND, type Micros } from "../clock.ts";
import type { AccountBook } from "../engine/account-book.ts";
import type { Account } from "../engine/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import type { Added, OrderDesk, OrderReference } from "../engine/order-desk.ts";
import type { OrderInput } from "../engine/order-terms.ts";
import type { Pair } from "../instruments.ts";
import type { ApiKey, KeyRing, Permission } from "../keys.ts";
import { checkDeadline } from "../rest/order-params.ts";
import type { Switches } from "../switches.ts";
import type { Connection } from "./connection.ts";
import { encodeJson, isParsedArray, isParsedObject, type Json, type ParsedObject } from "./json.ts";
import { booleanParam, failure, integerParam, success, textParam, textsParam, type Request } from "./messages.ts";
import type { PrivateChannels } from "./private-channels.ts";
import type { PrivateDoor, ReplyFate } from "./server.ts";
import { checkMembers, numberParam, wsOrderInput, type Bad } from "./trading-params.ts";

export interface DoorContext {
  readonly engine: Engine;
  readonly book: AccountBook;
  readonly desk: OrderDesk;
  readonly keys: KeyRing;
  readonly channels: PrivateChannels;
  readonly switches: Switches;
}

/** One reply: a result, members beside it, or an error. */
type Reply = { readonly result?: Json; readonly extra?: Readonly<Record<string, Json>> } | Bad;
type Method = (account: Account, request: Request) => readonly Reply[];

const shortestDeadline = 500 * MILLISECOND;
const longestTimeout = 86_400;
const publicChannels = ["ticker", "trade", "book", "ohlc", "instrument", "level3"];

/** What the private endpoint does: subscriptions and trading (PROTOCOL §6). */
export class TradingDoor implements PrivateDoor {
  readonly #context: DoorContext;
  readonly #sessions = new WeakMap<Connection, Map<string, ApiKey>>();
  readonly #methods: Readonly<Record<string, { readonly permission: Permission; readonly run: Method }>>;

  constructor(context: DoorContext) {
    this.#context = context;
    this.#methods = {
      add_order: { permission: "modify-trades", run: (account, request) => [this.#addOrder(account, request)] },
      amend_order: { permission: "modify-trades", run: (account, request) => [this.#amendOrder(account, request)] },
      edit_order: { permission: "modify-trades", run: (account, request) => [this.#editOrder(account, request)] },
      cancel_order: { permission: "close-trades", run: (account, request) => this.#cancelOrder(account, request) },
      cancel_all: {
        permission: "close-trades",
        run: (account) => [{ result: { count: context.desk.cancelAll(account) } }],
      },
      cancel_all_orders_after: {
        permission: "close-trades",
        run: (account, request) => [this.#cancelAllAfter(account, request)],
      },
      batch_add: { permission: "modify-trades", run: (account, request) => [this.#batchAdd(account, request)] },
      batch_cancel: { permission: "close-trades", run: (account, request) => [this.#batchCancel(account, request)] },
    };
  }

  handle(connection: Connection, request: Request, fate: ReplyFate = {}): void {
    if (request.method === "subscribe" || request.method === "unsubscribe") {
      this.#subscription(connection, request);
      return;
    }
    const method = Object.hasOwn(this.#methods, request.method) ? this.#methods[request.method] : undefined;
    if (method === undefined) {
      this.#refuse(connection, request, "Unsupported event");
      return;
    }
    const token = textParam(request.params["token"]);
    const key = token === undefined ? undefined : this.#owner(connection, token);
    const account = key === undefined ? undefined : this.#context.book.accounts.get(key.account);
    if (key === undefined || account === undefined) {
      this.#refuse(connection, request, token === undefined ? "Token(s) not found" : "ESession:Invalid session");
      return;
    }
    if (!key.permissions.includes(method.permission)) {
      this.#refuse(connection, request, "EGeneral:Permission denied");
      return;
    }
    const replies = fate.isExecuted === false ? [{ error: fate.error ?? "" }] : method.run(account, request);
    // Reply and frames travel independently; which comes first is a switch (PROTOCOL §6.3).
    const replyFirst = this.#context.switches.value("replyOrder") === "reply first";
    if (!replyFirst) {
      this.#context.channels.deliver();
    }
    for (const reply of fate.isDropped === true ? [] : replies) {
      this.#send(connection, request, fate.error === undefined ? reply : { error: fate.error }, fate.delayMs);
    }
    this.#context.channels.deliver();
  }

  forget(connection: Connection): void {
    this.#context.channels.forget(connection);
  }

  #subscription(connection: Connection, request: Request): void {
    const channel = textParam(request.params["channel"]) ?? "";
    if (publicChannels.includes(channel)) {
      this.#refuse(
        connection,
        request,
        "Public market data subscriptions are unavailable on this endpoint. Try ws.kraken.com",
      );
      return;
    }
    if (channel !== "executions" && channel !== "balances") {
      this.#refuse(connection, request, "Unsupported event");
      return;
    }
    const token = textParam(request.params["token"]);
    const key = token === undefined ? undefined : this.#owner(connection, token);
    const account = key === undefined ? undefined : this.#context.book.accounts.get(key.account);
    if (token === undefined || key === undefined || account === undefined) {
      const reply = failure(request, this.#now(), "ESession:Invalid session", { status: "error" });
      connection.queue(encodeJson({ channel, ...reply }));
      return;
    }
    const needed: Permission = channel === "executions" ? "query-open-trades" : "query-funds";
    if (!key.permissions.includes(needed)) {
      this.#refuse(connection, request, "EGeneral:Permission denied");
    } else if (request.method === "unsubscribe") {
      this.#context.channels.unsubscribe(connection, request);
    } else {
      // Once a private subscription is up, its token stays valid for the life of the connection.
      const session = this.#sessions.get(connection) ?? new Map<string, ApiKey>();
      session.set(token, key);
      this.#sessions.set(connection, session);
      this.#context.channels.subscribe(connection, request, account, channel);
    }
  }

  #owner(connection: Connection, token: string): ApiKey | undefined {
    return this.#sessions.get(connection)?.get(token) ?? this.#context.keys.tokenOwner(token, this.#now());
  }

  #addOrder(account: Account, request: Request): Reply {
    const input = this.#orderInput(request.method, request.params, textParam(request.params["symbol"]));
    const late = this.#deadline(request.params);
    if ("error" in input || late !== undefined) {
      return "error" in input ? input : { error: late ?? "" };
    }
    return addedReply(this.#context.desk.add(account, input, booleanParam(request.params["validate"]) ?? false));
  }

  #batchAdd(account: Account, { method, params }: Request): Reply {
    const { desk, switches } = this.#context;
    const list = params["orders"];
    const bad = checkMembers(method, params, ["symbol", "orders", "deadline", "validate", "token"], [], true);
    if (bad !== undefined || !isParsedArray(list)) {
      return bad ?? { error: "EGeneral:Invalid arguments:orders" };
    }
    const inputs: OrderInput[] = [];
    for (const item of list) {
      const input = isParsedObject(item)
        ? this.#orderInput(method, item, textParam(params["symbol"]))
        : { error: "EGeneral:Invalid arguments:orders" };
      if ("error" in input) {
        return input;
      }
      inputs.push(input);
    }
    const late = this.#deadline(params);
    if (late !== undefined) {
      return { error: late };
    }
    const added = desk.addBatch(account, inputs, booleanParam(params["validate"]) ?? false);
    if ("error" in added) {
      return added;
    }
    const firstError = added.find((each) => "error" in each);
    if (
      firstError !== undefined &&
      "error" in firstError &&
      switches.value("batchAddPartialFailure") === "reply fails"
    ) {
      return firstError;
    }
    return {
      result: added.map((each) => {
        const reply = addedReply(each);
        return "error" in reply ? { error: reply.error } : (reply.result ?? {});
      }),
    };
  }

  #amendOrder(account: Account, { method, params }: Request): Reply {
    const known = [
      "order_id",
      "cl_ord_id",
      "order_qty",
      "limit_price",
      "limit_price_type",
      "display_qty",
      "trigger_price",
      "trigger_price_type",
      "post_only",
      "deadline",
      "symbol",
      "token",
    ];
    const numeric = ["order_qty", "limit_price", "display_qty", "trigger_price"];
    const bad = checkMembers(method, params, known, numeric, this.#exponents());
    const which = reference(params);
    if (bad !== undefined || which === undefined) {
      return bad ?? { error: "EGeneral:Invalid arguments:order_id" };
    }
    const late = this.#deadline(params);
    if (late !== undefined) {
      return { error: late };
    }
    const amended = this.#context.desk.amend(account, which, {
      quantity: numberParam(params["order_qty"]),
      limitPrice: numberParam(params["limit_price"]),
      triggerPrice: numberParam(params["trigger_price"]),
      postOnly: booleanParam(params["post_only"]),
    });
    return "error" in amended ? amended : { result: { amend_id: amended.id, ...referenceMembers(which) } };
  }

  #editOrder(account: Account, { method, params }: Request): Reply {
    const known = [
      "order_id",
      "symbol",
      "order_qty",
      "limit_price",
      "triggers",
      "post_only",
      "reduce_only",
      "display_qty",
      "fee_preference",
      "no_mpp",
      "order_userref",
      "deadline",
      "validate",
      "token",
    ];
    const bad = checkMembers(method, params, known, ["order_qty", "limit_price", "display_qty"], this.#exponents());
    const id = textParam(params["order_id"]);
    if (bad !== undefined || id === undefined) {
      return bad ?? { error: "EGeneral:Invalid arguments:order_id" };
    }
    const triggers = params["triggers"];
    const triggerPrice = isParsedObject(triggers) ? numberParam(triggers["price"]) : undefined;
    const limit = numberParam(params["limit_price"]);
    const input = {
      volume: numberParam(params["order_qty"]),
      price: triggerPrice ?? limit,
      price2: triggerPrice === undefined ? undefined : limit,
      flags: booleanParam(params["post_only"]) === true ? ["post"] : undefined,
      userref: numberParam(params["order_userref"]),
    };
    const edited = this.#context.desk.edit(account, { id }, input, booleanParam(params["validate"]) ?? false);
    return "error" in edited
      ? edited
      : { result: { order_id: edited.order?.id, original_order_id: edited.original.id } };
  }

  /** One reply per id, all with the same req_id (PROTOCOL §6.3). */
  #cancelOrder(account: Account, { params }: Request): Reply[] {
    const references: OrderReference[] = [
      ...(textsParam(params["order_id"]) ?? []).map((id) => ({ id })),
      ...(textsParam(params["cl_ord_id"]) ?? []).map((clientOrderId) => ({ clientOrderId })),
    ];
    const userrefs = isParsedArray(params["order_userref"])
      ? params["order_userref"].map((each) => integerParam(each))
      : [];
    for (const order of account.live.values()) {
      if (order.terms.userref !== undefined && userrefs.includes(order.terms.userref)) {
        references.push({ id: order.id });
      }
    }
    if (references.length === 0) {
      return [{ error: userrefs.length > 0 ? "EOrder:Unknown order" : "EGeneral:Invalid arguments:order_id" }];
    }
    return references.map((each) => {
      const cancelled = this.#context.desk.cancel(account, each);
      return "error" in cancelled ? { error: cancelled.error } : { result: referenceMembers(each) };
    });
  }

  #cancelAllAfter(account: Account, { params }: Request): Reply {
    const seconds = integerParam(params["timeout"]);
    if (seconds === undefined || seconds < 0 || seconds >= longestTimeout) {
      return { error: "EGeneral:Invalid arguments:timeout" };
    }
    const at = this.#context.desk.cancelAllAfter(account, seconds);
    return { result: { currentTime: isoSeconds(this.#now()), triggerTime: at === undefined ? "0" : isoSeconds(at) } };
  }

  /** `orders_cancelled` stands at the top level, without a result (PROTOCOL §6.3). */
  #batchCancel(account: Account, { params }: Request): Reply {
    const ids = textsParam(params["orders"]) ?? [];
    const clientOrderIds = textsParam(params["cl_ord_id"]) ?? [];
    const count = ids.length + clientOrderIds.length;
    const fewest = this.#context.switches.value("batchCancelMinimum") === "2" ? 2 : 1;
    if (count < fewest || count > 50) {
      return { error: "EGeneral:Invalid arguments:orders" };
    }
    const references = [...ids.map((id) => ({ id })), ...clientOrderIds.map((clientOrderId) => ({ clientOrderId }))];
    return { extra: { orders_cancelled: this.#context.desk.cancelBatch(account, references) } };
  }

  #orderInput(method: string, params: ParsedObject, symbol: string | undefined): OrderInput | Bad {
    const pair: Pair | undefined = this.#context.engine.markets.get(symbol ?? "")?.pair;
    return pair === undefined
      ? { error: `Currency pair not supported ${symbol ?? ""}`.trim() }
      : wsOrderInput(method, pair, params, this.#exponents());
  }

  #exponents(): boolean {
    return this.#context.switches.value("exponentNumbersAccepted");
  }

  #deadline(params: ParsedObject): string | undefined {
    const shortest: Micros = this.#context.switches.value("deadlineMinimum") === "enforced" ? shortestDeadline / 2 : 0;
    return checkDeadline(textParam(params["deadline"]), this.#now(), shortest);
  }

  #send(connection: Connection, request: Request, reply: Reply, delayMs: number | undefined): void {
    const frame =
      "error" in reply
        ? failure(request, this.#now(), reply.error)
        : success(request, this.#now(), reply.result, reply.extra);
    const text = encodeJson(frame);
    if (delayMs === undefined) {
      connection.queue(text);
    } else {
      setTimeout(() => {
        connection.send(text);
      }, delayMs);
    }
  }

  #refuse(connection: Connection, request: Request, error: string): void {
    connection.queue(encodeJson(failure(request, this.#now(), error)));
  }

  #now(): Micros {
    return this.#context.engine.clock.wall();
  }
}

function addedReply(added: Added): Reply {
  if ("error" in added) {
    return { error: added.error };
  }
  const { clientOrderId, userref } = added.terms;
  return { result: { order_id: added.order?.id, cl_ord_id: clientOrderId, order_userref: userref } };
}

function reference(params: ParsedObject): OrderReference | undefined {
  const id = textParam(params["order_id"]);
  const clientOrderId = textParam(params["cl_ord_id"]);
  if (id !== undefined) {
    return { id };
  }
  return clientOrderId === undefined ? undefined : { clientOrderId };
}

function referenceMembers(which: OrderReference): Record<string, Json> {
  return "id" in which ? { order_id: which.id } : { cl_ord_id: which.clientOrderId };
}
