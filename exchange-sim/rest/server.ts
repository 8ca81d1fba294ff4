import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { encodeJson, type Json } from "../ws/json.ts";

const largestBody = 1_000_000;

/** A request with its body read. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly remoteAddress: string;
}

export interface RestReply {
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string;
}

/** Answers a request; undefined drops the connection without an answer. */
export type RestHandler = (request: RestRequest) => Promise<RestReply | undefined>;

export function jsonReply(value: Json, status = 200): RestReply {
  return { status, contentType: "application/json", body: encodeJson(value) };
}

export function createRestServer(handler: RestHandler): Server {
  return createServer((incoming, response) => {
    void serve(handler, incoming, response);
  });
}

async function serve(handler: RestHandler, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) {
    write(response, jsonReply({ error: ["EAPI:Bad request"] }, 413));
    incoming.destroy();
    return;
  }
  const url = new URL(incoming.url ?? "/", "http://exchange");
  const reply = await handler({
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body,
    remoteAddress: incoming.socket.remoteAddress ?? "",
  });
  if (reply === undefined) {
    response.destroy();
    return;
  }
  write(response, reply);
}

function write(response: ServerResponse, reply: RestReply): void {
  response.writeHead(reply.status ?? 200, {
    "content-type": reply.contentType ?? "application/json",
    "cache-control": "no-store",
  });
  response.end(reply.body);
}

/** The whole body as text; undefined when it is too large. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      if (size > largestBody) {
        return undefined;
      }
      chunks.push(bytes);
    }
  } catch {
    // The client went away while sending: there is nobody to answer.
    return undefined;
  }
  return Buffer.concat(chunks).toString("utf8");
}
