/** A trading program of a test: signs in over REST and repeats what was not answered, with the same key. */
import { z } from "zod";
import { accountList, type AccountView } from "../../contract/accounts.ts";
import { errorBody } from "../../contract/errors.ts";
import { fill, fillPage, order, orderPage, type FillView, type OrderView } from "../../contract/orders.ts";
import { eventList, type JournalEventView } from "../../contract/trader-socket.ts";
import type { AccountEvent } from "../../domain/account/events.ts";
import { WIDE_RISK } from "../../domain/testing/wide-risk.ts";
import { secretsAnswered, secretsSent } from "../../scripts/lib/leaks/carried.ts";
import { noteSecrets } from "../../scripts/lib/leaks/noted.ts";
import { pause } from "../../scripts/lib/wait.ts";

const signedIn = z.object({ token: z.string() });
const ticketAnswer = z.object({ ticket: z.string() });

export type Answer = { readonly status: number; readonly body: unknown };

export class Program {
  /** Changes when the desk is started again elsewhere. */
  origin: string;
  /** Attempts that nothing answered. */
  unanswered = 0;
  #token = "";

  constructor(origin: string) {
    this.origin = origin;
  }

  async signIn(): Promise<void> {
    const { body } = await this.ask("POST", "/api/auth/sign-in/anonymous", {}, null);
    this.#token = signedIn.parse(body).token;
  }

  /** One attempt. Rejects when nothing answers. */
  async ask(method: string, path: string, body: unknown, key: string | null): Promise<Answer> {
    noteSecrets(secretsSent(path, body));
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: {
        ...(this.#token === "" ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(key === null ? {} : { "idempotency-key": key }),
        ...(body === null ? {} : { "content-type": "application/json" }),
      },
      body: body === null ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const answer: unknown = await response.json();
    noteSecrets(secretsAnswered(path, answer));
    return { status: response.status, body: answer };
  }

  /** Repeats with the same key until the desk gives an answer that is not its own trouble (5xx, too many). */
  async insist(method: string, path: string, body: unknown, key: string): Promise<Answer> {
    let last = "";
    for (let attempt = 0; attempt < 200; attempt += 1) {
      try {
        const answer = await this.ask(method, path, body, key);
        if (answer.status < 500 && answer.status !== 429) {
          return answer;
        }
        last = JSON.stringify(answer.body);
      } catch (error) {
        this.unanswered += 1;
        last = String(error);
      }
      await pause(250);
    }
    throw new Error(`${method} ${path} was never answered: ${last}`);
  }

  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const { status, body } = await this.ask("GET", path, null, null);
    if (status !== 200) {
      throw new Error(`GET ${path}: ${status} ${errorBody.parse(body).error.message}`);
    }
    return schema.parse(body);
  }

  /** A one-use ticket for a socket. */
  async ticket(): Promise<string> {
    return ticketAnswer.parse((await this.ask("POST", "/api/ws-ticket", {}, null)).body).ticket;
  }

  async account(): Promise<AccountView> {
    const [first] = (await this.get("/api/accounts", accountList)).accounts;
    if (first === undefined) {
      throw new Error("the trader has no account");
    }
    return first;
  }

  /** Gives the account rules that deny nothing: what is tried here is not about risk. */
  async widenRules(accountId: string): Promise<void> {
    const { status, body } = await this.ask("PUT", `/api/accounts/${accountId}/risk`, WIDE_RISK, null);
    if (status !== 200) {
      throw new Error(`the rules were not changed: ${status} ${errorBody.parse(body).error.message}`);
    }
  }

  async allOrders(accountId: string): Promise<readonly OrderView[]> {
    return this.#pages(`/api/accounts/${accountId}/orders`, orderPage, order);
  }

  async allFills(accountId: string): Promise<readonly FillView[]> {
    return this.#pages(`/api/accounts/${accountId}/fills`, fillPage, fill);
  }

  /** The account's whole journal, oldest first. */
  async allEvents(accountId: string): Promise<readonly JournalEventView[]> {
    const events: JournalEventView[] = [];
    for (let after = 0; ;) {
      const page = await this.get(`/api/accounts/${accountId}/events?after=${after}&limit=500`, eventList);
      events.push(...page.events);
      after = page.events.at(-1)?.seq ?? after;
      if (page.events.length < 500) {
        return events;
      }
    }
  }

  async #pages<T extends z.ZodType>(
    path: string,
    page: z.ZodType<{ rows: z.infer<T>[]; next: string | null }>,
    _row: T,
  ): Promise<readonly z.infer<T>[]> {
    const rows: z.infer<T>[] = [];
    for (let cursor = ""; ;) {
      const { rows: more, next } = await this.get(`${path}?limit=200${cursor}`, page);
      rows.push(...more);
      if (next === null) {
        return rows;
      }
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  }
}

/** A journal event as the domain knows it. The journal wrote it, so its shape is trusted. */
export function domainEvent(view: JournalEventView): AccountEvent {
  const event: AccountEvent = JSON.parse(JSON.stringify({ type: view.type, ...view.data }));
  return event;
}
