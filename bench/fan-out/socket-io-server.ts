/**
 * The yardstick: the same fifty symbols over Socket.IO, either conflated like our feed (ten frames a second with the last
 * value of each symbol) or as a plain relay does it (one message per tick). Prints its port.
 */
import { createServer } from "node:http";
import { Server } from "socket.io";
import { WebSocket } from "ws";
import { SYMBOLS } from "./symbols.ts";

const [, , venueUrl = "", mode = "conflated"] = process.argv;
const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });
const last = new Map<string, unknown>();

const upstream = new WebSocket(venueUrl, { perMessageDeflate: false });
upstream.on("open", () => {
  upstream.send(JSON.stringify({ method: "subscribe", params: { channel: "trade", symbol: SYMBOLS }, req_id: 1 }));
});
upstream.on("message", (data) => {
  const frame: unknown = JSON.parse(String(data));
  if (!isTradeFrame(frame)) {
    return;
  }
  for (const trade of frame.data) {
    const tick = { symbol: trade.symbol, last: String(trade.price), lastTime: Date.parse(trade.timestamp) };
    if (mode === "per-tick") {
      io.emit("tick", tick);
    } else {
      last.set(trade.symbol, tick);
    }
  }
});
if (mode !== "per-tick") {
  setInterval(() => {
    if (last.size > 0) {
      io.emit("frame", [...last.values()]);
      last.clear();
    }
  }, 100);
}

type TradeFrame = {
  readonly channel: "trade";
  readonly data: readonly { readonly symbol: string; readonly price: number; readonly timestamp: string }[];
};

function isTradeFrame(value: unknown): value is TradeFrame {
  return typeof value === "object" && value !== null && "channel" in value && value.channel === "trade";
}

http.listen(0, "127.0.0.1", () => {
  const address = http.address();
  console.log(typeof address === "object" && address !== null ? address.port : "");
});
