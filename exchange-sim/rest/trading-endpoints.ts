import { isoSeconds, SECOND } from "../clock.ts";
import type { OrderReference } from "../engine/order-desk.ts";
import type { OrderInput } from "../engine/order-terms.ts";
import { describeClose, describeOrder, type OrderTerms } from "../engine/orders.ts";
import { formatTrimmed, formatUnits } from "../units.ts";
import { isParsedArray, isParsedObject, type Json, type Parsed } from "../ws/json.ts";
import { answered, failed, type Answer, type Params } from "./envelope.ts";
import { checkDeadline, orderInput } from "./order-params.ts";
import type { Call, PrivateContext, PrivateEndpoint } from "./private-context.ts";
import { commaList, flag, flatten } from "./private-request.ts";
import { askedMarket } from "./public.ts";

const longestTimeout = 86_400;
const mostCancels = 50;

/** Orders in, changes, cancels (PROTOCOL §2.4, §2.6). They cost nothing in the REST counter, except CancelAll. */
export const tradingEndpoints: Readonly<Record<string, PrivateEndpoint>> = {
  AddOrder: { cost: 0, permissions: ["modify-trades"], answer: addOrder },
  AddOrderBatch: { cost: 0, permissions: ["modify-trades"], answer: addOrderBatch },
  AmendOrder: { cost: 0, permissions: ["modify-trades"], answer: amendOrder },
  EditOrder: { cost: 0, permissions: ["modify-trades"], answer: editOrder },
  CancelOrder: { cost: 0, permissions: ["close-trades"], answer: cancelOrder },
  CancelOrderBatch: { cost: 0, permissions: ["close-trades"], answer: cancelOrderBatch },
  CancelAll: {
    cost: 1,
    permissions: ["close-trades"],
    answer: ({ context, account }) => answered({ count: context.desk.cancelAll(account) }),
  },
  CancelAllOrdersAfter: { cost: 1, permissions: ["close-trades"], answer: cancelAllOrdersAfter },
};

/** Any value of `validate`, even false, was taken as true by some versions (PROTOCOL §2.4). */
function isValidateOnly(context: PrivateContext, params: Params): boolean {
  return context.switches.value("validatePresenceCounts") ? params.has("validate") : flag(params, "validate");
}

function deadlineError({ context, request }: Call): string | undefined {
  const shortest = context.switches.value("deadlineMinimum") === "enforced" ? SECOND : 0;
  return checkDeadline(request.params.get("deadline"), context.engine.clock.wall(), shortest);
}

function description(terms: OrderTerms): Json {
  return { order: describeOrder(terms), close: terms.close === undefined ? undefined : describeClose(terms.close) };
}

function addOrder(call: Call): Answer {
  const { context, account, request } = call;
  const { params } = request;
  const late = deadlineError(call);
  const asked = askedMarket(context, params.get("pair") ?? "");
  if (asked === undefined) {
    return failed(params.has("pair") ? "EQuery:Unknown asset pair" : "EGeneral:Invalid arguments:pair");
  }
  if (late !== undefined) {
    return failed(late);
  }
  const added = context.desk.add(
    account,
    orderInput(asked.pair, params, context.engine.now),
    isValidateOnly(context, params),
  );
  if ("error" in added) {
    return failed(added.error);
  }
  const descr = description(added.terms);
  return answered(added.order === undefined ? { descr } : { descr, txid: [added.order.id] });
}

function addOrderBatch(call: Call): Answer {
  const { context, account, request } = call;
  if (context.switches.value("batchNeedsBothPermissions") && !call.key.permissions.includes("close-trades")) {
    return failed("EGeneral:Permission denied");
  }
  const asked = askedMarket(context, request.params.get("pair") ?? "");
  const list: Parsed | undefined = request.json?.["orders"];
  if (asked === undefined) {
    return failed("EQuery:Unknown asset pair");
  }
  if (!isParsedArray(list)) {
    return failed("EGeneral:Invalid arguments:orders");
  }
  const late = deadlineError(call);
  if (late !== undefined) {
    return failed(late);
  }
  const inputs: OrderInput[] = [];
  for (const item of list) {
    if (!isParsedObject(item)) {
      return failed("EGeneral:Invalid arguments:orders");
    }
    inputs.push(orderInput(asked.pair, flatten(item), context.engine.now));
  }
  const added = context.desk.addBatch(account, inputs, isValidateOnly(context, request.params));
  if ("error" in added) {
    return failed(added.error);
  }
  const orders = added.map((each) =>
    "error" in each
      ? { error: each.error }
      : {
          txid: each.order?.id,
          descr: { order: describeOrder(each.terms) },
          close: each.terms.close === undefined ? undefined : describeClose(each.terms.close),
        },
  );
  return answered({ orders });
}

function reference(params: Params): OrderReference | undefined {
  const clientOrderId = params.get("cl_ord_id");
  const id = params.get("txid") ?? params.get("order_id");
  if (id !== undefined && id !== "") {
    return { id };
  }
  return clientOrderId === undefined ? undefined : { clientOrderId };
}

function amendOrder(call: Call): Answer {
  const { context, account, request } = call;
  const { params } = request;
  const which = reference(params);
  const late = deadlineError(call);
  if (which === undefined || late !== undefined) {
    return failed(late ?? "EGeneral:Invalid arguments");
  }
  const amended = context.desk.amend(account, which, {
    quantity: params.get("order_qty"),
    limitPrice: params.get("limit_price"),
    triggerPrice: params.get("trigger_price"),
    postOnly: params.has("post_only") ? flag(params, "post_only") : undefined,
  });
  return "error" in amended ? failed(amended.error) : answered({ amend_id: amended.id });
}

function editOrder(call: Call): Answer {
  const { context, account, request } = call;
  const { params } = request;
  const which = reference(params);
  const late = deadlineError(call);
  if (which === undefined || late !== undefined) {
    return failed(late ?? "EGeneral:Invalid arguments");
  }
  const input = {
    volume: params.get("volume"),
    price: params.get("price"),
    price2: params.get("price2"),
    flags: params.has("oflags") ? commaList(params.get("oflags")) : undefined,
    userref: params.get("userref"),
  };
  const edited = context.desk.edit(account, which, input, isValidateOnly(context, params));
  if ("error" in edited) {
    return failed(edited.error);
  }
  const { terms, original } = edited;
  return answered({
    status: "ok",
    txid: edited.order?.id,
    originaltxid: original.id,
    newuserref: terms.userref,
    volume: formatUnits(terms.quantity, terms.pair.quantityDecimals),
    price: terms.limit === undefined ? "0" : formatTrimmed(BigInt(terms.limit), terms.pair.priceDecimals),
    orders_cancelled: edited.order === undefined ? 0 : 1,
    descr: description(terms),
  });
}

/** `txid` can be an order id or a user reference. */
function cancelOrder({ context, account, request: { params } }: Call): Answer {
  const which = reference(params);
  if (which === undefined) {
    return failed("EGeneral:Invalid arguments");
  }
  if ("id" in which && /^-?\d+$/.test(which.id)) {
    const userref = Number.parseInt(which.id, 10);
    const found = [...account.live.values()].filter((order) => order.terms.userref === userref);
    return answered({
      count: context.desk.cancelBatch(
        account,
        found.map((order) => ({ id: order.id })),
      ),
    });
  }
  const cancelled = context.desk.cancel(account, which);
  return "error" in cancelled ? failed(cancelled.error) : answered({ count: 1 });
}

function cancelOrderBatch({ context, account, request: { params, json } }: Call): Answer {
  const ids = commaList(params.get("orders"));
  const clientOrderIds = commaList(params.get("cl_ord_ids"));
  if (
    json === undefined ||
    ids.length + clientOrderIds.length === 0 ||
    ids.length + clientOrderIds.length > mostCancels
  ) {
    return failed("EGeneral:Invalid arguments:orders");
  }
  const references = [...ids.map((id) => ({ id })), ...clientOrderIds.map((clientOrderId) => ({ clientOrderId }))];
  return answered({ count: context.desk.cancelBatch(account, references) });
}

function cancelAllOrdersAfter({ context, account, request: { params } }: Call): Answer {
  const seconds = Number(params.get("timeout") ?? Number.NaN);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds >= longestTimeout) {
    return failed("EGeneral:Invalid arguments:timeout");
  }
  const at = context.desk.cancelAllAfter(account, seconds);
  return answered({
    currentTime: isoSeconds(context.engine.clock.wall()),
    triggerTime: at === undefined ? "0" : isoSeconds(at),
  });
}
