/** Opens the outbound socket. The fetch form of the upgrade carries a User-Agent and shows a refusal's HTTP status. */
import type { LinkSocket } from "./link.ts";

const DIAL_DEADLINE_MS = 8_000;

/** Dials a ws(s) address. Rejects with the status when the venue refuses (429, Cloudflare's 1015 page). */
export async function dialVenue(url: string): Promise<LinkSocket> {
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort(new Error("the venue did not answer the dial in time"));
  }, DIAL_DEADLINE_MS);
  try {
    const response = await fetch(url.replace(/^ws/, "http"), {
      headers: { Upgrade: "websocket", "User-Agent": "tradewithai" },
      signal: abort.signal,
    });
    const socket = response.webSocket;
    if (socket === null) {
      throw new Error(`the venue refused the dial with HTTP ${response.status}`);
    }
    return acceptSocket(socket);
  } finally {
    clearTimeout(timer);
  }
}

/** Wraps an upgraded client socket and begins to receive. */
export function acceptSocket(socket: WebSocket): LinkSocket {
  socket.accept();
  return {
    send(text) {
      socket.send(text);
    },
    close(code, reason) {
      socket.close(code, reason);
    },
    onMessage(listener) {
      socket.addEventListener("message", ({ data }) => {
        if (typeof data === "string") {
          listener(data);
        }
      });
    },
    onClose(listener) {
      socket.addEventListener("close", ({ code, reason }) => {
        listener(`${code} ${reason}`.trim());
      });
      socket.addEventListener("error", () => {
        listener("socket error");
      });
    },
  };
}
