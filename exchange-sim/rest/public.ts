import { intervals } from "../engine/candles.ts";
import type { AccountBook } from "../engine/account-book.ts";
import type { Engine } from "../engine/engine.ts";
import { feeArray, feeTables } from "../engine/fees.ts";
import type { Market } from "../engine/market.ts";
import { MINUTE, SECOND, isoSeconds } from "../clock.ts";
import { assetByName, assets, pairByRestName, type Pair } from "../instruments.ts";
import type { Switches } from "../switches.ts";
import { NumberText, type Json } from "../ws/json.ts";
import { answered, failed, type Answer, type Params } from "./envelope.ts";
import { candleRows, depthRows, spreadRows, tickerRow, tradeRows } from "./public-rows.ts";

export interface PublicContext {
  readonly engine: Engine;
  readonly switches: Switches;
  readonly book: AccountBook;
}

type Endpoint = (context: PublicContext, params: Params) => Answer;

interface Asked {
  /** The key of the result: normally the internal id whatever was asked. */
  readonly key: string;
  readonly pair: Pair;
  readonly market: Market;
}

const endpoints: Readonly<Record<string, Endpoint>> = {
  Time: time,
  SystemStatus: systemStatus,
  Assets: listAssets,
  AssetPairs: listPairs,
  Ticker: ticker,
  OHLC: candles,
  Depth: depth,
  Trades: trades,
  Spread: spread,
};

/** Answers `GET /0/public/<name>` (PROTOCOL §2.2). */
export function answerPublic(context: PublicContext, name: string, params: Params): Answer {
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  return endpoint === undefined ? failed("EGeneral:Unknown method") : endpoint(context, params);
}

/** The market a REST pair name stands for, and the key its answer goes under (PROTOCOL §2.1). */
export function askedMarket(
  { engine, switches }: Pick<PublicContext, "engine" | "switches">,
  name: string,
): Asked | undefined {
  const pair = pairByRestName(name, {
    slash: switches.value("slashNameAccepted"),
    wsname: switches.value("wsnameAccepted"),
  });
  const market = pair === undefined ? undefined : engine.markets.get(pair.symbol);
  if (pair === undefined || market === undefined) {
    return undefined;
  }
  const keepsForm = name === pair.symbol && switches.value("slashNameKeepsForm");
  return { key: keepsForm ? name : pair.restId, pair, market };
}

function time({ engine }: PublicContext): Answer {
  const seconds = Math.floor(engine.now / SECOND);
  const [day = "", date = "", month = "", year = "", clock = ""] = new Date(seconds * 1_000)
    .toUTCString()
    .replace(",", ", ")
    .split(/\s+/);
  return answered({ unixtime: seconds, rfc1123: `${day} ${date} ${month} ${year.slice(2)} ${clock} +0000` });
}

function systemStatus({ engine }: PublicContext): Answer {
  return answered({ status: engine.systemStatus, timestamp: isoSeconds(engine.now) });
}

function listAssets(_context: PublicContext, params: Params): Answer {
  const names = list(params.get("asset"));
  const wanted =
    names.length === 0 ? assets : names.map((name) => assetByName(name)).filter((each) => each !== undefined);
  if (names.length > 0 && wanted.length < names.length) {
    return failed("EQuery:Unknown asset");
  }
  const rows = wanted.map((asset): [string, Json] => [
    asset.restId,
    {
      aclass: "currency",
      altname: asset.altname,
      decimals: asset.decimals,
      display_decimals: asset.displayDecimals,
      collateral_value: new NumberText(asset.collateralValue),
      status: "enabled",
      margin_rate: asset.marginRate,
    },
  ]);
  return answered(Object.fromEntries(rows));
}

function listPairs(context: PublicContext, params: Params): Answer {
  const names = list(params.get("pair"));
  const asked = (
    names.length === 0 ? [...context.engine.markets.values()].map((market) => market.pair.restId) : names
  ).map((name) => askedMarket(context, name));
  const info = params.get("info") ?? "info";
  if (!["info", "leverage", "fees", "margin"].includes(info)) {
    return failed("EGeneral:Invalid arguments");
  }
  const rows: [string, Json][] = [];
  for (const each of asked) {
    if (each === undefined) {
      return failed("EQuery:Unknown asset pair");
    }
    rows.push([each.key, pairRow(context, each, info)]);
  }
  return answered(Object.fromEntries(rows));
}

function pairRow(context: PublicContext, { pair, market }: Asked, info: string): Json {
  const leverage = { leverage_buy: pair.leverage, leverage_sell: pair.leverage };
  // Empty on all pairs since September 2026 (PROTOCOL §7).
  const tables = feeTables[context.book.feePreset];
  const listed = context.switches.value("feeArrays") === "listed";
  const fees = {
    fees: listed ? feeArray(tables.taker) : [],
    fees_maker: listed ? feeArray(tables.maker) : [],
    fee_volume_currency: "ZUSD",
  };
  const margin = { margin_call: 80, margin_stop: 40 };
  if (info === "leverage") {
    return leverage;
  }
  if (info === "fees") {
    return fees;
  }
  if (info === "margin") {
    return margin;
  }
  return {
    altname: pair.altname,
    wsname: pair.wsname,
    aclass_base: "currency",
    base: pair.base.restId,
    aclass_quote: "currency",
    quote: pair.quote.restId,
    lot: "unit",
    cost_decimals: pair.costDecimals,
    pair_decimals: pair.priceDecimals,
    lot_decimals: pair.quantityDecimals,
    lot_multiplier: 1,
    ...leverage,
    ...fees,
    ...margin,
    ordermin: pair.orderMinimum,
    costmin: pair.costMinimum,
    tick_size: (10 ** -pair.priceDecimals).toFixed(pair.priceDecimals),
    status: market.status,
    execution_venue: "international",
    long_position_limit: pair.longLimit,
    short_position_limit: pair.shortLimit,
  };
}

function ticker(context: PublicContext, params: Params): Answer {
  const names = list(params.get("pair"));
  const asked = (
    names.length === 0 ? [...context.engine.markets.values()].map((market) => market.pair.restId) : names
  ).map((name) => askedMarket(context, name));
  const rows: [string, Json][] = [];
  for (const each of asked) {
    if (each === undefined) {
      return failed("EQuery:Unknown asset pair");
    }
    rows.push([each.key, tickerRow(each.market, context.engine.now)]);
  }
  return answered(Object.fromEntries(rows));
}

function candles(context: PublicContext, params: Params): Answer {
  const asked = askedMarket(context, params.get("pair") ?? "");
  if (asked === undefined) {
    return failed(params.has("pair") ? "EQuery:Unknown asset pair" : "EGeneral:Invalid arguments");
  }
  const interval = Number(params.get("interval") ?? "1");
  const known = intervals.find((each) => each === interval);
  const series = known === undefined ? undefined : asked.market.candles.series(known);
  if (series === undefined) {
    return failed("EGeneral:Invalid arguments:interval");
  }
  const all = series.upTo(context.engine.now);
  const newest = all[all.length - 1]?.begin ?? context.engine.now;
  const since = Math.floor(Number(params.get("since") ?? "0")) * SECOND;
  if (!Number.isFinite(since)) {
    return failed("EGeneral:Invalid arguments:since");
  }
  const exclusive = context.switches.value("ohlcSinceExclusive");
  const rows = candleRows(
    asked.market,
    all.filter((candle) => (exclusive ? candle.begin > since : candle.begin >= since)),
  );
  return answered({ [asked.key]: rows, last: Math.floor((newest - interval * MINUTE) / SECOND) });
}

function depth(context: PublicContext, params: Params): Answer {
  const asked = askedMarket(context, params.get("pair") ?? "");
  if (asked === undefined) {
    return failed(params.has("pair") ? "EQuery:Unknown asset pair" : "EGeneral:Invalid arguments");
  }
  const count = Number(params.get("count") ?? "100");
  if (!Number.isInteger(count) || count < 1 || count > 500) {
    return failed("EGeneral:Invalid arguments:count");
  }
  const { asks, bids } = asked.market.book;
  return answered({
    [asked.key]: { asks: depthRows(asked.pair, asks, count), bids: depthRows(asked.pair, bids, count) },
  });
}

function trades(context: PublicContext, params: Params): Answer {
  const asked = askedMarket(context, params.get("pair") ?? "");
  if (asked === undefined) {
    return failed(params.has("pair") ? "EQuery:Unknown asset pair" : "EGeneral:Invalid arguments");
  }
  const count = Number(params.get("count") ?? "1000");
  const since = params.get("since");
  if (!Number.isInteger(count) || count < 1 || count > 1000 || (since !== undefined && !/^\d{1,20}$/.test(since))) {
    return failed("EGeneral:Invalid arguments");
  }
  const { tape } = asked.market;
  const fromFirst = since !== "0" || context.switches.value("tradesSinceZero") === "first";
  const rows = since === undefined || !fromFirst ? tape.newest(count) : tape.after(tradesSince(since), count);
  const last = lastCursor(rows, since);
  // `last` was sometimes shorter than 19 digits (PROTOCOL §2.2).
  const shown = context.switches.value("tradesLast") === "cut off" ? last.slice(0, 10) : last;
  return answered({ [asked.key]: tradeRows(asked.pair, rows), last: shown });
}

/** Nanoseconds; short numbers are seconds, as in the documented example. */
function tradesSince(text: string): bigint {
  const value = BigInt(text);
  return text.length <= 11 ? value * 1_000_000_000n : value;
}

function lastCursor(rows: readonly Parameters<typeof tradeRows>[1][number][], since: string | undefined): string {
  const last = rows[rows.length - 1];
  return last === undefined ? (since ?? "0") : (BigInt(last.time) * 1_000n + BigInt(last.nanos)).toString();
}

function spread(context: PublicContext, params: Params): Answer {
  const asked = askedMarket(context, params.get("pair") ?? "");
  if (asked === undefined) {
    return failed(params.has("pair") ? "EQuery:Unknown asset pair" : "EGeneral:Invalid arguments");
  }
  const since = Number(params.get("since") ?? "0");
  const rows = context.engine.spreads.rows(asked.pair.symbol).filter((row) => Math.floor(row.time / SECOND) >= since);
  return answered({ [asked.key]: spreadRows(asked.pair, rows), last: Math.floor(context.engine.now / SECOND) });
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
