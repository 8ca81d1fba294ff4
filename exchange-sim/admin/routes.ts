import { isoMicros } from "../clock.ts";
import { tierNames } from "../engine/accounts.ts";
import { permissions } from "../keys.ts";
import { jsonReply, type RestReply, type RestRequest } from "../rest/server.ts";
import { describeSwitch, isSwitchName, switchNames } from "../switches.ts";
import {
  isParsedArray,
  isParsedObject,
  NumberText,
  parseJson,
  type Json,
  type Parsed,
  type ParsedObject,
} from "../ws/json.ts";
import { booleanParam, integerParam, textParam } from "../ws/messages.ts";
import type { Exchange } from "../exchange.ts";
import { AdminError, type KeyWish } from "./actions.ts";
import { faultKinds, isFaultKind, type FaultWish } from "./faults.ts";
import { pairStatuses, systemStatuses } from "../instruments.ts";

type Route = (exchange: Exchange, body: ParsedObject) => Json;

const routes: Readonly<Record<string, Route>> = {
  "GET /admin/info": (exchange) => information(exchange),
  "POST /admin/keys": createKey,
  "POST /admin/deposit": (exchange, body) => {
    exchange.admin.deposit(text(body, "account"), text(body, "asset"), amount(body, "amount"));
    return { ok: true };
  },
  "POST /admin/volume": (exchange, body) => {
    exchange.admin.setVolume(text(body, "account"), amount(body, "usd"));
    return { ok: true };
  },
  "POST /admin/price": (exchange, body) => {
    exchange.admin.movePrice(text(body, "symbol"), amount(body, "price"), body["mode"] === "gap" ? "gap" : "walk");
    return { ok: true };
  },
  "POST /admin/status": setStatus,
  "POST /admin/clock": (exchange, body) => {
    exchange.advance(integerParam(body["advanceMs"]) ?? 0);
    return information(exchange);
  },
  "GET /admin/switches": (exchange) => listSwitches(exchange),
  "POST /admin/switches": setSwitches,
  "GET /admin/faults": (exchange) => ({
    kinds: faultKinds,
    armed: exchange.faults.list().map((fault) => ({ ...fault })),
  }),
  "POST /admin/faults": (exchange, body) => ({ ...exchange.faults.add(faultWish(body)) }),
  "DELETE /admin/faults": (exchange, body) => {
    exchange.faults.clear(integerParam(body["id"]));
    return { ok: true };
  },
  "POST /admin/drop-connections": (exchange, body) => {
    const which = body["which"] === "public" || body["which"] === "private" ? body["which"] : "all";
    return { dropped: exchange.admin.dropConnections(which) };
  },
  "POST /admin/text": (exchange, body) => {
    exchange.admin.sendText(textParam(body["text"]));
    return { ok: true };
  },
  "POST /admin/expire-tokens": (exchange) => {
    exchange.admin.expireTokens();
    return { ok: true };
  },
  "POST /admin/unlock": (exchange) => {
    exchange.admin.unlock();
    return { ok: true };
  },
  "POST /admin/restart": (exchange) => {
    exchange.restart();
    return { ok: true };
  },
};

/** Serves `/admin/*`. Mistakes of the caller are answered with 400 and a sentence. */
export function serveAdmin(exchange: Exchange, request: RestRequest): RestReply {
  const route = routes[`${request.method} ${request.path}`];
  if (route === undefined) {
    return jsonReply({ error: `no such admin call; there are: ${Object.keys(routes).join(", ")}` }, 404);
  }
  const body = request.body === "" ? {} : parseJson(request.body);
  if (!isParsedObject(body)) {
    return jsonReply({ error: "the body must be a JSON object" }, 400);
  }
  try {
    return jsonReply(route(exchange, body));
  } catch (error) {
    if (error instanceof AdminError) {
      return jsonReply({ error: error.message }, 400);
    }
    throw error;
  }
}

/** What the page shows as the market's source: simulated or replayed, at what market time and speed. */
function information(exchange: Exchange): Json {
  const { engine, book } = exchange.venue;
  return {
    mode: exchange.mode,
    marketTime: isoMicros(engine.now),
    time: exchange.time,
    speed: engine.clock.speed,
    finished: exchange.replayFinished,
    status: engine.systemStatus,
    symbols: [...engine.markets.values()].map((market) => ({
      symbol: market.pair.symbol,
      status: market.status,
      last: market.lastPrice === undefined ? null : new NumberText(tick(market.lastPrice, market.pair.priceDecimals)),
    })),
    fees: book.feePreset,
    accounts: [...book.accounts.keys()],
    urls: { rest: exchange.url, ws: exchange.wsUrl, wsAuth: exchange.wsAuthUrl },
  };
}

function tick(price: number, decimals: number): string {
  const digits = String(price).padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function createKey(exchange: Exchange, body: ParsedObject): Json {
  const tier = tierNames.find((each) => each === body["tier"]);
  const granted = isParsedArray(body["permissions"])
    ? permissions.filter((each) => isIn(body["permissions"], each))
    : undefined;
  const deposits = isParsedObject(body["deposits"]) ? amounts(body["deposits"]) : undefined;
  const account = textParam(body["account"]);
  const name = textParam(body["name"]);
  const window = integerParam(body["nonceWindow"]);
  const wish: KeyWish = {
    withdraw: booleanParam(body["withdraw"]) ?? false,
    ...(tier === undefined ? {} : { tier }),
    ...(granted === undefined ? {} : { permissions: granted }),
    ...(deposits === undefined ? {} : { deposits }),
    ...(account === undefined ? {} : { account }),
    ...(name === undefined ? {} : { name }),
    ...(window === undefined ? {} : { nonceWindow: window }),
  };
  const key = exchange.admin.createKey(wish);
  return { account: key.account, key: key.key, secret: key.secret, name: key.name, permissions: key.permissions };
}

function isIn(list: Parsed | undefined, value: string): boolean {
  return isParsedArray(list) && list.includes(value);
}

function setStatus(exchange: Exchange, body: ParsedObject): Json {
  const symbol = textParam(body["symbol"]);
  const pairStatus = pairStatuses.find((each) => each === body["status"]);
  const systemStatus = systemStatuses.find((each) => each === body["status"]);
  if (symbol !== undefined && pairStatus !== undefined) {
    exchange.admin.setStatus(symbol, pairStatus);
  } else if (symbol === undefined && systemStatus !== undefined) {
    exchange.admin.setSystemStatus(systemStatus);
  } else {
    throw new AdminError(`status must be one of ${(symbol === undefined ? systemStatuses : pairStatuses).join(", ")}`);
  }
  return information(exchange);
}

function listSwitches(exchange: Exchange): Json {
  return Object.fromEntries(
    switchNames.map((name) => {
      const { values, about, source } = describeSwitch(name);
      return [name, { value: exchange.switches.value(name), values, about, source }];
    }),
  );
}

function setSwitches(exchange: Exchange, body: ParsedObject): Json {
  for (const [name, value] of Object.entries(body)) {
    const plain = value instanceof NumberText ? value.text : value;
    if (name === "draw" && typeof plain === "string") {
      exchange.drawSwitches(plain);
    } else if (!isSwitchName(name) || !exchange.switches.set(name, plain)) {
      throw new AdminError(`${name} is no switch with such a value; see GET /admin/switches`);
    }
  }
  return listSwitches(exchange);
}

function faultWish(body: ParsedObject): FaultWish {
  const kind = textParam(body["kind"]) ?? "";
  if (!isFaultKind(kind)) {
    throw new AdminError(`kind must be one of ${Object.keys(faultKinds).join(", ")}`);
  }
  const target = textParam(body["target"]);
  const symbol = textParam(body["symbol"]);
  const times = integerParam(body["times"]);
  const milliseconds = integerParam(body["milliseconds"]);
  const message = textParam(body["text"]);
  const executed = booleanParam(body["executed"]);
  const status = integerParam(body["status"]);
  return {
    kind,
    ...(target === undefined ? {} : { target }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(times === undefined ? {} : { times }),
    ...(milliseconds === undefined ? {} : { milliseconds }),
    ...(message === undefined ? {} : { text: message }),
    ...(executed === undefined ? {} : { executed }),
    ...(status === undefined ? {} : { status }),
  };
}

function text(body: ParsedObject, name: string): string {
  const value = textParam(body[name]);
  if (value === undefined) {
    throw new AdminError(`${name} is missing`);
  }
  return value;
}

/** A number or its text. */
function amount(body: ParsedObject, name: string): string {
  const value = body[name];
  if (value instanceof NumberText) {
    return value.text;
  }
  return text(body, name);
}

function amounts(object: ParsedObject): Record<string, string> {
  return Object.fromEntries(Object.keys(object).map((name) => [name, amount(object, name)]));
}
