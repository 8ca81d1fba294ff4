/**
 * The whole application for tests: frame, router and pages on the real stores, with the wire played by the same scripted
 * sockets and API as the panels' tests.
 */
import { MemoryRouter, createMemoryHistory } from "@solidjs/router";
import { cleanup, render, screen } from "@solidjs/testing-library";
import { createRoot } from "solid-js";
import { onTestFinished, vi } from "vitest";
import { page } from "vitest/browser";
import type { SessionView } from "../../../contract/session.ts";
import type { Changes, JournalEventView } from "../../../contract/trader-socket.ts";
import { Pages } from "../app.tsx";
import type { NoticeStore } from "../data/notices.ts";
import { changePreferences, resetPreferences } from "../data/preferences.ts";
import type { SessionStore } from "../data/session-store.ts";
import { StoresContext, createStores } from "../data/stores.tsx";
import { Frame } from "../features/frame/frame.tsx";
import {
  answerMarket,
  defaultWorld,
  greetTrader,
  scriptedSocket,
  standing,
  type Answer,
  type Call,
  type ScriptedSocket,
  type World,
} from "../features/testing/render-desk.tsx";
import { NOW } from "../features/testing/samples.ts";
import "../styles/index.css";

export const GUEST: SessionView = {
  user: { id: "u1", name: "Guest", email: null, guest: true },
  expiresAt: NOW + 86_400_000,
};
export const ADA: SessionView = {
  user: { id: "u1", name: "Ada", email: "ada@example.org", guest: false },
  expiresAt: NOW + 86_400_000,
};

export type RenderedApp = {
  /** Every write, in order. */
  readonly calls: Call[];
  readonly notices: NoticeStore;
  readonly session: SessionStore;
  readonly path: () => string;
  readonly go: (path: string) => void;
  /** How the API answers from now on; undefined falls back to what stands anyway. */
  readonly answer: (respond: (call: Call) => Answer) => void;
  readonly traderSends: (type: JournalEventView["type"], changes: Changes, data?: JournalEventView["data"]) => void;
  readonly marketLine: ScriptedSocket;
  readonly traderLine: ScriptedSocket;
};

type Options = {
  readonly path?: string;
  readonly session?: SessionView | null;
  readonly world?: World;
  readonly width?: number;
  /** How the API answers from the start. */
  readonly answer?: (call: Call) => Answer;
};

/** Renders the application as it is for `session` (null: nobody is signed in) at `path`. */
export async function renderApp(options: Options = {}): Promise<RenderedApp> {
  await page.viewport(options.width ?? 1440, 900);
  resetPreferences();
  changePreferences({ zone: "UTC" });
  const world = options.world ?? defaultWorld();
  const calls: Call[] = [];
  let signedIn = options.session === undefined ? GUEST : options.session;
  let respond: (call: Call) => Answer = options.answer ?? (() => undefined);
  vi.stubGlobal("fetch", async (input: string, init: RequestInit = {}): Promise<Response> => {
    const call: Call = {
      method: init.method ?? "GET",
      path: input,
      body: typeof init.body === "string" ? JSON.parse(init.body) : null,
      intent: new Headers(init.headers).get("idempotency-key"),
    };
    if (call.method !== "GET") {
      calls.push(call);
    }
    const answer = (await respond(call)) ?? sessionAnswer(call) ?? standing(world, call);
    return new Response(JSON.stringify(answer.body), { status: answer.status });
  });

  function sessionAnswer(call: Call): { readonly status: number; readonly body: unknown } | undefined {
    if (call.path === "/api/auth/sign-in/anonymous") {
      signedIn = GUEST;
      return { status: 200, body: signedIn };
    }
    if (call.path === "/api/auth/sign-out") {
      signedIn = null;
      return { status: 200, body: { done: true } };
    }
    if (call.path !== "/api/session") {
      return undefined;
    }
    return { status: 200, body: { session: signedIn } };
  }

  const marketLine: ScriptedSocket = scriptedSocket((text) => answerMarket(world, marketLine.send, text));
  const traderLine: ScriptedSocket = scriptedSocket((text) => greetTrader(world, traderLine.send, text));
  const painter = { mark: (paint: () => void) => paint(), flush: () => undefined, dispose: () => undefined };
  const history = createMemoryHistory();
  history.set({ value: options.path ?? "/trade/BTC-USD?tf=15m", replace: true });

  const { stores, dispose } = createRoot((disposeRoot) => ({
    stores: createStores({ openMarket: marketLine.open, openTrader: traderLine.open, painter }),
    dispose: disposeRoot,
  }));
  render(() => (
    <StoresContext.Provider value={stores}>
      <MemoryRouter history={history} root={Frame}>
        <Pages />
      </MemoryRouter>
    </StoresContext.Provider>
  ));
  const { session, notices } = stores;
  onTestFinished(() => {
    cleanup();
    dispose();
    vi.unstubAllGlobals();
    resetPreferences();
  });

  let seq = 10;
  return {
    calls,
    notices,
    session,
    path: () => history.get(),
    go: (path) => history.set({ value: path }),
    answer(next) {
      respond = next;
    },
    traderSends(type, changes, data = {}) {
      seq += 1;
      const event = { epoch: "e1", seq, accountId: world.account.account.id, time: NOW, type, data };
      traderLine.send({ type: "event", event, changes });
    },
    marketLine,
    traderLine,
  };
}

/** Waits until the account is on screen. */
export async function accountShown(): Promise<void> {
  await screen.findByRole("button", { name: /^PAPER Paper/ });
}

/** Waits until the Kraken account is on screen. */
export async function krakenShown(): Promise<void> {
  await screen.findByRole("button", { name: /^KRAKEN (Kraken|suspended)/ });
}
