import { floatSeconds } from "../clock.ts";
import type { LedgerEntry } from "../engine/accounts.ts";
import { assetByName, type Asset } from "../instruments.ts";
import { describeClose, describeOrder, isTriggered, type Order, type UserTrade } from "../engine/orders.ts";
import type { Switches } from "../switches.ts";
import { divide, formatUnits, rescale } from "../units.ts";
import type { JsonObject } from "../ws/json.ts";

/** The order object of OpenOrders, ClosedOrders and QueryOrders (PROTOCOL §2.3). */
export function orderRow(order: Order, switches: Switches, withTrades: boolean): JsonObject {
  const { terms } = order;
  const { pair } = terms;
  const cost = (units: bigint): string => formatUnits(units, pair.costDecimals);
  const price = (ticks: number): string => cost(rescale(BigInt(ticks), pair.priceDecimals, pair.costDecimals, "down"));
  const volume = terms.inQuote
    ? formatUnits(
        rescale(terms.quantity, pair.priceDecimals + pair.quantityDecimals, pair.quantityDecimals, "half-up"),
        pair.quantityDecimals,
      )
    : formatUnits(terms.quantity, pair.quantityDecimals);
  return {
    refid: order.parent ?? (switches.value("noParentText") === "null" ? null : "None"),
    userref: terms.userref ?? (switches.value("noUserref") === "0" ? 0 : null),
    cl_ord_id: terms.clientOrderId,
    status: order.status,
    reason: order.status === "open" || order.status === "pending" ? undefined : (order.reason ?? null),
    opentm: floatSeconds(order.openedAt),
    closetm: order.closedAt === undefined ? undefined : floatSeconds(order.closedAt),
    starttm: terms.startAt === undefined ? 0 : floatSeconds(terms.startAt),
    expiretm: terms.expireAt === undefined ? 0 : floatSeconds(terms.expireAt),
    descr: {
      pair: pair.altname,
      type: terms.side,
      ordertype: terms.type,
      price: terms.priceText,
      price2: terms.price2Text,
      leverage: "none",
      order: describeOrder(terms),
      close: terms.close === undefined ? "" : describeClose(terms.close),
    },
    vol: volume,
    vol_exec: formatUnits(order.filled, pair.quantityDecimals),
    cost: cost(order.cost),
    fee: terms.feeCurrency === "base" ? formatUnits(order.fee, pair.quantityDecimals) : cost(order.fee),
    price: cost(averagePrice(order)),
    stopprice: price(order.trigger?.price ?? 0),
    limitprice: price(order.trigger?.triggeredAt === undefined ? 0 : (order.limit ?? 0)),
    trigger: isTriggered(terms.type) ? terms.trigger?.reference : undefined,
    misc: miscellaneous(order),
    oflags: orderFlags(order),
    trades: withTrades && order.trades.length > 0 ? order.trades : undefined,
  };
}

/** Average fill price in units of the cost decimals. */
function averagePrice(order: Order): bigint {
  const { pair } = order.terms;
  if (order.filled === 0n) {
    return 0n;
  }
  return divide(rescale(order.exactCost, pair.priceDecimals, pair.costDecimals, "down"), order.filled, "half-up");
}

function miscellaneous(order: Order): string {
  const words: string[] = [];
  if (order.trigger?.triggeredAt !== undefined) {
    words.push(order.terms.type.startsWith("take-profit") ? "touched" : "stopped");
  }
  if (order.filled > 0n && order.status !== "closed") {
    words.push("partial");
  }
  if (order.amended) {
    words.push("amended");
  }
  return words.join(",");
}

/** The flags an order ended up with: the fee currency is always among them. */
export function orderFlags(order: Order): string {
  const fee = order.terms.feeCurrency === "base" ? "fcib" : "fciq";
  return [...order.terms.flags.filter((each) => each !== "fcib" && each !== "fciq"), fee].join(",");
}

/** The trade object of TradesHistory and QueryTrades. */
export function tradeRow(trade: UserTrade, switches: Switches): JsonObject {
  const { pair } = trade;
  const cost = (units: bigint): string => formatUnits(units, pair.costDecimals);
  const spaced = switches.value("tradeOrderTypeText") === "stop limit";
  return {
    ordertxid: trade.orderId,
    postxid: trade.id,
    pair: pair.restId,
    time: trade.time / 1_000_000,
    type: trade.side,
    ordertype: spaced && trade.orderType === "stop-loss-limit" ? "stop limit" : trade.orderType,
    price: cost(rescale(BigInt(trade.price), pair.priceDecimals, pair.costDecimals, "down")),
    cost: cost(trade.cost),
    fee: trade.feeCurrency === "base" ? formatUnits(trade.fee, pair.quantityDecimals) : cost(trade.fee),
    vol: formatUnits(trade.quantity, pair.quantityDecimals),
    margin: cost(0n),
    leverage: "0",
    misc: "",
    trade_id: trade.publicId,
    maker: trade.maker,
    ledgers: trade.ledgers,
  };
}

export function ledgerRow(entry: LedgerEntry, asset: Asset): JsonObject {
  return {
    refid: entry.refid,
    time: floatSeconds(entry.time),
    type: entry.type,
    subtype: "",
    aclass: "currency",
    asset: asset.restId,
    amount: formatUnits(entry.amount, asset.decimals),
    fee: formatUnits(entry.fee, asset.decimals),
    balance: formatUnits(entry.balance, asset.decimals),
  };
}

export function assetOf(entry: LedgerEntry): Asset {
  const asset = assetByName(entry.asset);
  if (asset === undefined) {
    throw new Error(`the ledger names an unlisted asset: ${entry.asset}`);
  }
  return asset;
}
