/** The parts of one assistant and how they hang together. Everything is rebuilt from storage at every start. */
import { assistantClientFrame, type AssistantClientFrame } from "../../contract/assistant-socket.ts";
import { refuse } from "../../domain/problem.ts";
import { reportUnexpected } from "../lib/error-sink.ts";
import { HibernatingSockets } from "../lib/hibernating-sockets.ts";
import type { LogFields } from "../lib/log.ts";
import { migrate } from "../lib/migrate.ts";
import { Schedule } from "../lib/schedule.ts";
import { Vault } from "../lib/vault.ts";
import { ROOT_FEED } from "../market-feed/names.ts";
import { feedPort } from "../market-feed/stub.ts";
import { Admission } from "../trader/admission.ts";
import type { Principal } from "../trader/port.ts";
import { Catalog } from "./catalog.ts";
import { ContextTaker } from "./context.ts";
import { ModelKeys } from "./keys/model-keys.ts";
import { Outbox } from "./outbox.ts";
import { ProposalDesk } from "./proposals/proposal-desk.ts";
import { ReplyReader } from "./proposals/reply-reader.ts";
import { ShadowDesk } from "./proposals/shadow-desk.ts";
import { ShadowTable } from "./proposals/shadow-table.ts";
import { RunDesk } from "./runs/run-desk.ts";
import { RunFrames } from "./runs/run-frames.ts";
import { readSettings } from "./settings.ts";
import { Spending } from "./spending.ts";
import { ClickTable } from "./storage/click-table.ts";
import { Library } from "./storage/library.ts";
import { MIGRATIONS } from "./storage/migrations.ts";
import { ProposalTable } from "./storage/proposal-table.ts";
import { RunTable } from "./storage/run-table.ts";
import { traderStub } from "./trader-stub.ts";
import { TriggerDesk } from "./triggers/trigger-desk.ts";
import { TriggerTable } from "./triggers/trigger-table.ts";
import { openWire } from "./wire/open-wire.ts";

export type Parts = {
  readonly state: DurableObjectState;
  readonly traderId: string;
  readonly library: Library;
  readonly runs: RunTable;
  readonly proposals: ProposalTable;
  readonly spending: Spending;
  readonly keys: ModelKeys;
  readonly catalog: Catalog;
  readonly context: ContextTaker;
  readonly frames: RunFrames;
  readonly runDesk: RunDesk;
  readonly proposalDesk: ProposalDesk;
  readonly triggerDesk: TriggerDesk;
  readonly shadows: ShadowTable;
  readonly shadowDesk: ShadowDesk;
  readonly outbox: Outbox;
  readonly schedule: Schedule;
  readonly admission: Admission;
  readonly sockets: HibernatingSockets<AssistantClientFrame>;
  readonly workersAi: Ai | null;
  readonly now: () => number;
  readonly newId: () => string;
  readonly unexpected: (event: string, error: unknown, fields: LogFields) => void;
};

/** A socket of nobody, for what goes on when nobody is there. */
const UNATTENDED_MS = 60_000;

export function assemble(state: DurableObjectState, env: Env): Parts {
  const traderId = state.id.name ?? state.id.toString();
  const settings = readSettings(env);
  const { storage } = state;
  const { sql } = storage;
  migrate(sql, MIGRATIONS);
  const now = (): number => Date.now();
  const newId = (): string => crypto.randomUUID();
  const library = new Library(sql);
  const runs = new RunTable(sql);
  const proposals = new ProposalTable(sql);
  const schedule = new Schedule(storage, now);
  const spending = new Spending(sql, library, now);
  const vault = new Vault(settings.VAULT_SECRET, settings.VAULT_SECRET_PREVIOUS);
  const keys = new ModelKeys(sql, vault, traderId, now);
  const workersAi = env.AI ?? null;
  const waitUntil = (promise: Promise<unknown>): void => {
    state.waitUntil(promise);
  };
  const unexpected: Parts["unexpected"] = (event, error, fields) => {
    reportUnexpected({ sinkUrl: settings.ERROR_SINK_URL, waitUntil }, event, error, { assistant: traderId, ...fields });
  };
  const catalog = new Catalog({
    library,
    keys,
    environment: settings.ENVIRONMENT,
    baseUrls: settings.MODEL_BASE_URLS,
    hasWorkersAi: workersAi !== null,
    now,
    newId,
  });
  const locationHint = settings.FEED_LOCATION_HINT;
  const trader = () => traderStub(env.TRADER.getByName(traderId, { locationHint }));
  const context = new ContextTaker({
    trader,
    feed: () => feedPort(env.MARKET_FEED.getByName(ROOT_FEED, { locationHint })),
    now,
  });
  const outbox = new Outbox({ sql, database: env.DB, schedule, runs, proposals, spending, traderId, now });
  const changed = (kind: "run" | "proposal", id: string): void => {
    outbox.changed(kind, id);
    waitUntil(schedule.arm());
  };
  const sockets = new HibernatingSockets<AssistantClientFrame>({
    state,
    now,
    traderId,
    clientFrame: assistantClientFrame,
    onResume: (frame, sessionExpiresAt) => parts.frames.resume(frame, sessionExpiresAt),
    faultFrame: (error) => ({ type: "error", runId: null, seq: null, error, run: null }),
  });
  const frames = new RunFrames({
    runs,
    proposals,
    broadcast: (texts) => {
      sockets.broadcast(texts);
    },
    viewOf: (run) => parts.runDesk.view(run),
    now,
  });
  const replies = new ReplyReader({
    context,
    checkRisk: async (accountId, request) => {
      const owner = ownerOf(library, now());
      return owner === null
        ? refuse("FORBIDDEN", "Nobody owns this yet.")
        : context.checkRisk(owner, accountId, request);
    },
    now,
    newId,
  });
  const shadows = new ShadowTable(sql);
  const shadowDesk = new ShadowDesk({
    shadows,
    proposals,
    runs,
    context,
    schedule,
    trader: (name) => traderStub(env.TRADER.getByName(name, { locationHint })),
    traderId,
    owner: () => ownerOf(library, now()),
    now,
  });
  const runDesk = new RunDesk({
    storage,
    shadowDesk,
    runs,
    proposals,
    library,
    catalog,
    spending,
    context,
    replies,
    frames,
    schedule,
    wire: (choice, { snapshot, view }) => {
      // A question is about the pair on screen; the others are watched. Alerts ask about each of theirs.
      const symbols = view.triggers === undefined ? view.symbols.slice(0, 1) : view.symbols;
      return openWire({ keys, workersAi }, choice, { snapshot, symbols }, "ask");
    },
    changed,
    now,
    newId,
    waitUntil,
    unexpected,
  });
  const proposalDesk = new ProposalDesk({
    storage,
    proposals,
    clicks: new ClickTable(sql),
    context,
    frames,
    schedule,
    trader,
    owner: () => ownerOf(library, now()),
    changed,
    now,
  });
  const triggerDesk = new TriggerDesk({
    storage,
    table: new TriggerTable(sql),
    library,
    schedule,
    owner: () => ownerOf(library, now()),
    start: (principal, request, triggered) =>
      runDesk.start(principal, { idempotencyKey: newId(), body: "", request }, triggered),
    keepRefused: (request, triggered, problem) => {
      runDesk.keepRefused(request, triggered, problem);
    },
    isUnderWay: (runId) => runDesk.isUnderWay(runId),
    run: (runId) => runs.get(runId)?.view ?? null,
    proposalsOf: (runId) => proposals.ofRun(runId),
    tellTrader: (accountId, runId, answer) => context.tellAnswer(accountId, runId, answer),
    now,
    newId,
  });
  const admission = new Admission(library, now, () => undefined);
  const parts: Parts = {
    state,
    traderId,
    library,
    runs,
    proposals,
    spending,
    keys,
    catalog,
    context,
    frames,
    runDesk,
    proposalDesk,
    triggerDesk,
    shadows,
    shadowDesk,
    outbox,
    schedule,
    admission,
    sockets,
    workersAi,
    now,
    newId,
    unexpected,
  };
  return parts;
}

function ownerOf(library: Library, now: number): Principal | null {
  const userId = library.meta("owner");
  return userId === null ? null : { userId, sessionId: "assistant", sessionExpiresAt: now + UNATTENDED_MS, via: "api" };
}
