/** A browser (with Origin and a cookie jar) and a program (with a bearer token) as tests use them. */
import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import { errorBody } from "../../../contract/errors.ts";
import { signedIn } from "../../../contract/auth.ts";
import { secretsAnswered, secretsInCookie, secretsSent } from "../../../scripts/lib/leaks/carried.ts";
import { collectSecrets, testSecret } from "../../support/secrets.ts";
import type { ErrorCode, Problem } from "../../../domain/problem.ts";

export const ORIGIN = "http://127.0.0.1:8787";
export const PASSWORD = testSecret("password", "kettle-violin-73");
/** What somebody types who does not know it. */
export const WRONG_PASSWORD = testSecret("password", "not-the-password");

type Fetch = (request: Request) => Promise<Response>;
export type Options = { readonly body?: unknown; readonly headers?: Record<string, string>; readonly raw?: BodyInit };

let addresses = 0;

/** Every client of a test has an address of its own unless it says otherwise. */
export function freshAddress(): string {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

export function freshEmail(): string {
  return `${crypto.randomUUID()}@example.org`;
}

export class Client {
  readonly cookies = new Map<string, string>();
  readonly address = freshAddress();
  readonly #base: Record<string, string>;
  readonly #fetch: Fetch;

  constructor(base: Record<string, string>, fetch: Fetch) {
    this.#base = base;
    this.#fetch = fetch;
  }

  async send(method: string, path: string, options: Options = {}): Promise<Response> {
    const headers = new Headers({ "cf-connecting-ip": this.address, ...this.#base });
    if (this.cookies.size > 0) {
      headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    }
    if (options.body !== undefined || options.raw !== undefined) {
      headers.set("content-type", "application/json");
    }
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      if (value === "") {
        headers.delete(name);
      } else {
        headers.set(name, value);
      }
    }
    const body = options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body));
    const response = await this.#fetch(new Request(`${ORIGIN}${path}`, { method, headers, body }));
    this.#keep(response.headers.getSetCookie());
    collectSecrets(secretsSent(path, options.body));
    if (response.ok && response.headers.get("content-type")?.startsWith("application/json") === true) {
      collectSecrets(secretsAnswered(path, await response.clone().json()));
    }
    return response;
  }

  get(path: string, options?: Options): Promise<Response> {
    return this.send("GET", path, options);
  }

  post(path: string, body: unknown = {}, options: Options = {}): Promise<Response> {
    return this.send("POST", path, { ...options, body });
  }

  /** A write with an idempotency key of its own. */
  write(method: string, path: string, body?: unknown, key: string = crypto.randomUUID()): Promise<Response> {
    return this.send(method, path, { body, headers: { "idempotency-key": key } });
  }

  #keep(setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const at = pair.indexOf("=");
      const name = pair.slice(0, at);
      if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) {
        this.cookies.delete(name);
      } else {
        this.cookies.set(name, pair.slice(at + 1));
        collectSecrets(secretsInCookie(name, pair.slice(at + 1)));
      }
    }
  }
}

const worker: Fetch = (request) => exports.default.fetch(request);

export function browser(fetch: Fetch = worker): Client {
  return new Client({ origin: ORIGIN }, fetch);
}

export function program(token?: string, fetch: Fetch = worker): Client {
  return new Client(token === undefined ? {} : { authorization: `Bearer ${token}` }, fetch);
}

/** A browser in which somebody trades as a guest. */
export async function guestBrowser(fetch?: Fetch): Promise<Client> {
  const client = browser(fetch);
  expect((await client.post("/api/auth/sign-in/anonymous")).status).toBe(200);
  return client;
}

/** A browser of a new named user. */
export async function namedBrowser(email: string = freshEmail(), fetch?: Fetch): Promise<Client> {
  const client = browser(fetch);
  const response = await client.post("/api/auth/sign-up/email", { name: "Ada", email, password: PASSWORD });
  expect(response.status).toBe(200);
  return client;
}

/** A program of a new guest, with its token. */
export async function guestProgram(fetch?: Fetch): Promise<Client> {
  const response = await program(undefined, fetch).post("/api/auth/sign-in/anonymous");
  const { token } = signedIn.parse(await response.json());
  expect(token).toBeTypeOf("string");
  return program(token, fetch);
}

/** Asserts a refusal in full shape and gives it back. */
export async function expectRefusal(response: Response, status: number, code: ErrorCode): Promise<Problem> {
  const { error } = errorBody.parse(await response.json());
  // The message is compared too so that a failure shows what was said instead.
  expect({ status: response.status, ...error }).toMatchObject({
    status,
    code,
    message: /^[A-Z0-9].{9,}\.$/s.exec(error.message)?.[0],
  });
  return error;
}
