/**
 * A venue for benches: fifty Kraken v2 symbols, each traded ten times a second (or as often as /ticks?per=N says), single prints
 * at a price of their own (/print?symbol=S&price=P), and nothing else. Run as its own process, so that its CPU is not counted for a server under test. Prints the port it listens on.
 */
import { createServer } from "node:http";
import { crc32 } from "node:zlib";
import { WebSocketServer, type WebSocket } from "ws";

import { SYMBOLS } from "./symbols.ts";

const TRADES_PER_SECOND = 10;
const DEPTH = 100;

type Client = { readonly socket: WebSocket; readonly trades: Set<string> };

const clients = new Set<Client>();
const tape = new Map(SYMBOLS.map((symbol) => [symbol, { id: 1, price: 1000 }]));

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://venue");
  if (url.pathname === "/ticks") {
    tick(Number(url.searchParams.get("per")));
  }
  response.setHeader("content-type", "application/json");
  const result = url.pathname === "/print" ? print(url.searchParams) : restAnswer(url);
  response.end(JSON.stringify({ error: [], result }));
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

sockets.on("connection", (socket) => {
  const client: Client = { socket, trades: new Set() };
  clients.add(client);
  socket.on("close", () => clients.delete(client));
  socket.on("message", (data) => {
    answer(client, String(data));
  });
  socket.send(
    '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2","connection_id":1}]}',
  );
});

function trade(): void {
  for (const symbol of SYMBOLS) {
    const last = tape.get(symbol);
    if (last === undefined) {
      continue;
    }
    const next = { id: last.id + 1, price: last.price + (last.id % 2 === 0 ? 0.1 : -0.1) };
    tape.set(symbol, next);
    const frame = tradeFrame(symbol, next.id, next.price, "update");
    for (const { socket, trades } of clients) {
      if (trades.has(symbol)) {
        socket.send(frame);
      }
    }
  }
}

/** One trade at a price of its own; the next ones go on from where the market was. Answers when it left. */
function print(query: URLSearchParams): { readonly at: number } {
  const symbol = query.get("symbol") ?? "";
  const last = tape.get(symbol);
  const at = Date.now();
  if (last !== undefined) {
    const id = last.id + 1;
    tape.set(symbol, { id, price: last.price });
    const frame = tradeFrame(symbol, id, Number(query.get("price")), "update");
    for (const { socket, trades } of clients) {
      if (trades.has(symbol)) {
        socket.send(frame);
      }
    }
  }
  return { at };
}
let ticking = setInterval(trade, 1000 / TRADES_PER_SECOND);

function tick(perSecond: number): void {
  clearInterval(ticking);
  ticking = setInterval(trade, 1000 / perSecond);
}

setInterval(() => {
  for (const { socket } of clients) {
    socket.send('{"channel":"heartbeat"}');
  }
}, 1000);

function answer(client: Client, text: string): void {
  const request: unknown = JSON.parse(text);
  if (!isRequest(request)) {
    return;
  }
  if (request.method === "ping") {
    client.socket.send(JSON.stringify({ method: "pong", req_id: request.req_id }));
    return;
  }
  const { channel, symbol: symbols = [] } = request.params ?? {};
  for (const symbol of symbols) {
    client.socket.send(
      JSON.stringify({ method: request.method, req_id: request.req_id, result: { channel, symbol }, success: true }),
    );
    if (request.method === "subscribe") {
      client.socket.send(snapshot(client, String(channel), symbol));
    }
  }
  if (channel === "instrument") {
    client.socket.send(
      JSON.stringify({ method: "subscribe", req_id: request.req_id, result: { channel }, success: true }),
    );
    client.socket.send(instruments());
  }
}

function snapshot(client: Client, channel: string, symbol: string): string {
  if (channel === "trade") {
    client.trades.add(symbol);
    const { id, price } = tape.get(symbol) ?? { id: 1, price: 1000 };
    return tradeFrame(symbol, id, price, "snapshot");
  }
  if (channel === "book") {
    return bookFrame(symbol);
  }
  return `{"channel":"ticker","type":"snapshot","data":[{"symbol":"${symbol}","bid":999.9,"bid_qty":1.00000000,"ask":1000.1,"ask_qty":1.00000000,"last":1000.0,"volume":10.00000000,"vwap":1000.0,"low":990.0,"high":1010.0,"change":0.0,"change_pct":0.00}]}`;
}

function tradeFrame(symbol: string, id: number, price: number, type: string): string {
  return `{"channel":"trade","type":"${type}","data":[{"symbol":"${symbol}","side":"buy","price":${price.toFixed(1)},"qty":0.01000000,"ord_type":"market","trade_id":${id},"timestamp":"${new Date().toISOString()}"}]}`;
}

function bookFrame(symbol: string): string {
  const asks = Array.from({ length: DEPTH }, (_, index) => (1000.1 + index / 10).toFixed(1));
  const bids = Array.from({ length: DEPTH }, (_, index) => (999.9 - index / 10).toFixed(1));
  const text = [...asks.slice(0, 10), ...bids.slice(0, 10)]
    .map((price) => `${price.replace(".", "")}100000000`)
    .join("");
  const levels = (prices: readonly string[]) => prices.map((price) => `{"price":${price},"qty":1.00000000}`).join(",");
  return `{"channel":"book","type":"snapshot","data":[{"symbol":"${symbol}","bids":[${levels(bids)}],"asks":[${levels(asks)}],"checksum":${crc32(text)},"timestamp":"${new Date().toISOString()}"}]}`;
}

function instruments(): string {
  const assets = ["USD", ...SYMBOLS.map((symbol) => symbol.slice(0, 3))].map((id) => ({
    id,
    status: "enabled",
    precision: id === "USD" ? 4 : 10,
    precision_display: 5,
  }));
  const pairs = SYMBOLS.map((symbol) => ({
    symbol,
    base: symbol.slice(0, 3),
    quote: "USD",
    status: "online",
    qty_precision: 8,
    qty_increment: 1e-8,
    qty_min: 0.001,
    price_precision: 1,
    price_increment: 0.1,
    cost_precision: 5,
    cost_min: 0.5,
  }));
  return JSON.stringify({ channel: "instrument", type: "snapshot", data: { assets, pairs } });
}

function restAnswer(url: URL): unknown {
  if (url.pathname.endsWith("/AssetPairs")) {
    return Object.fromEntries(
      SYMBOLS.map((symbol) => [
        symbol.replace("/", ""),
        {
          altname: symbol.replace("/", ""),
          wsname: symbol,
          base: symbol.slice(0, 3),
          quote: "ZUSD",
          pair_decimals: 1,
          lot_decimals: 8,
          cost_decimals: 5,
          ordermin: "0.001",
          costmin: "0.5",
          tick_size: "0.1",
          status: "online",
        },
      ]),
    );
  }
  if (url.pathname.endsWith("/Time")) {
    return { unixtime: Math.floor(Date.now() / 1000), rfc1123: new Date().toUTCString() };
  }
  return url.pathname.endsWith("/OHLC") || url.pathname.endsWith("/Trades")
    ? { [url.searchParams.get("pair") ?? ""]: [], last: "0" }
    : {};
}

type Request = {
  readonly method: string;
  readonly req_id?: number;
  readonly params?: { readonly channel?: string; readonly symbol?: readonly string[] };
};

function isRequest(value: unknown): value is Request {
  return typeof value === "object" && value !== null && "method" in value;
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" && address !== null ? address.port : "");
});
