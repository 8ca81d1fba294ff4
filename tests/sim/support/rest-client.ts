import { createHash, createHmac } from "node:crypto";

/** A second signing client, written from the protocol and not from the simulator: it vouches for the signature check. */

export interface Credentials {
  readonly key: string;
  readonly secret: string;
}

export interface Reply {
  readonly status: number;
  readonly errors: readonly string[];
  readonly result: unknown;
  readonly text: string;
}

export type Fields = Readonly<Record<string, string>>;

let lastNonce = 0;

/** Microseconds, and never the same twice. */
export function nextNonce(): string {
  lastNonce = Math.max(Date.now() * 1_000, lastNonce + 1);
  return String(lastNonce);
}

export async function publicCall(url: string, name: string, fields: Fields = {}): Promise<Reply> {
  return read(await fetch(`${url}/0/public/${name}?${new URLSearchParams(fields).toString()}`));
}

export async function privateCall(
  url: string,
  credentials: Credentials,
  name: string,
  fields: Fields = {},
  nonce: string = nextNonce(),
): Promise<Reply> {
  return send(
    url,
    credentials,
    name,
    new URLSearchParams({ nonce, ...fields }).toString(),
    nonce,
    "application/x-www-form-urlencoded",
  );
}

export async function privateJsonCall(
  url: string,
  credentials: Credentials,
  name: string,
  body: object,
): Promise<Reply> {
  const nonce = nextNonce();
  return send(url, credentials, name, JSON.stringify({ nonce, ...body }), nonce, "application/json");
}

async function send(
  url: string,
  { key, secret }: Credentials,
  name: string,
  body: string,
  nonce: string,
  contentType: string,
): Promise<Reply> {
  const path = `/0/private/${name}`;
  const digest = createHash("sha256").update(`${nonce}${body}`, "utf8").digest();
  const message = Buffer.concat([Buffer.from(path, "utf8"), digest]);
  const sign = createHmac("sha512", Buffer.from(secret, "base64")).update(message).digest("base64");
  return read(
    await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "API-Key": key, "API-Sign": sign, "User-Agent": "tests", "Content-Type": contentType },
      body,
    }),
  );
}

async function read(response: Response): Promise<Reply> {
  const text = await response.text();
  const parsed: unknown = text.startsWith("{") ? JSON.parse(text) : {};
  const errors = member(parsed, "error");
  return {
    status: response.status,
    errors: Array.isArray(errors) ? errors.map(String) : [],
    result: member(parsed, "result"),
    text,
  };
}

/** A member of an unknown value, by path; undefined where there is none. */
export function member(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current: unknown = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) {
      return undefined;
    }
    current = Reflect.get(current, step);
  }
  return current;
}

/** The same as text; fails the test when it is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = member(value, ...path);
  if (typeof found !== "string") {
    throw new Error(`no text at ${path.join(".")} of ${JSON.stringify(value)}`);
  }
  return found;
}
