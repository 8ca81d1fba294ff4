/**
 * The parts of one trader and how they hang together. Everything is rebuilt from storage, so a start after an eviction, a
 * deploy or a crash is the same as any other start.
 */
import { needsSamples } from "../../domain/risk/needs-samples.ts";
import { triggerRows } from "../../domain/account/effects.ts";
import { isOwnMarket } from "../../domain/account/own-market.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { reportUnexpected } from "../lib/error-sink.ts";
import type { LogFields } from "../lib/log.ts";
import { Schedule } from "../lib/schedule.ts";
import { Vault } from "../lib/vault.ts";
import { ROOT_FEED } from "../market-feed/names.ts";
import { feedPort } from "../market-feed/stub.ts";
import { Admission } from "./admission.ts";
import { AlertQuestions } from "./alert-questions.ts";
import { assistantStub } from "./assistant-stub.ts";
import { Clock } from "./clock.ts";
import { accountsOfMarket, type CommandDependencies } from "./commands.ts";
import { assembleCredentials } from "./credentials/assemble.ts";
import type { KeyConnector } from "./credentials/connector.ts";
import type { Keyring } from "./credentials/keyring.ts";
import { nextDayOf } from "./day-times.ts";
import { Desk } from "./desk.ts";
import { FeedClient } from "./feed-client.ts";
import { eventFrames, resumeFrames } from "./frames.ts";
import { Historian } from "./historian.ts";
import { KrakenDesk } from "./kraken/assemble.ts";
import { fetchNow, Notifier } from "./notify/notifier.ts";
import { NotifyTable } from "./notify/table.ts";
import { readSettings } from "./settings.ts";
import { TraderSockets } from "./sockets.ts";
import { accountTimers, ACCOUNT_JOBS, type AccountTimers } from "./timers.ts";
import { isAtRisk } from "./nets/at-risk.ts";
import { LEVELS_EVERY_MS } from "./nets/intervals.ts";
import { OpenRisk } from "./nets/open-risk.ts";
import { tapeReader, type TapeReader } from "./nets/tape-reader.ts";
import { TriggerSync } from "./trigger-sync.ts";
import type { Recorded } from "./turn.ts";

const DAY_MS = 86_400_000;

export type Parts = CommandDependencies & {
  readonly state: DurableObjectState;
  readonly env: Env;
  readonly traderId: string;
  readonly schedule: Schedule;
  readonly admission: Admission;
  readonly historian: Historian;
  readonly triggers: TriggerSync;
  readonly sockets: TraderSockets;
  readonly openRisk: OpenRisk;
  /** The exchange's own tape, for when the feed cannot be believed. */
  readonly readTape: TapeReader;
  /** The user's keys at the exchange: decrypted for one call at a time. */
  readonly keyring: Keyring;
  readonly keyConnector: KeyConnector;
  /** The account that trades with the user's key, where there is one. */
  readonly kraken: KrakenDesk;
  /** Alerts to the outside. */
  readonly notifier: Notifier;
  /** What of them asks a model. */
  readonly alertQuestions: AlertQuestions;
  /** Logs and reports an exception that nobody expected. */
  readonly unexpected: (event: string, error: unknown, fields: LogFields) => void;
};

export function assemble(state: DurableObjectState, env: Env): Parts {
  const traderId = state.id.name ?? state.id.toString();
  const settings = readSettings(env);
  const { MARKET: market, FEED_LOCATION_HINT: locationHint, ERROR_SINK_URL: sinkUrl } = settings;
  const clock = new Clock(market, () => Date.now());
  const newId = (): string => crypto.randomUUID();
  const desk = new Desk({
    storage: state.storage,
    newId,
    onWrite: (recorded) => {
      planAfter(parts, recorded);
    },
    onCommitted: (recorded) => {
      afterCommit(parts, recorded);
    },
  });
  const { store } = desk;
  const schedule = new Schedule(state.storage, () => clock.wall());
  const feed = new FeedClient(() => feedPort(env.MARKET_FEED.getByName(ROOT_FEED, { locationHint })), traderId, clock);
  const admission = new Admission(
    store,
    () => clock.wall(),
    () => {
      parts.historian.noteActivity();
      state.waitUntil(parts.historian.kick());
    },
  );
  const historian = new Historian({
    store,
    database: env.DB,
    schedule,
    clock,
    traderId,
    accountIds: () => desk.accounts().map((account) => account.accountId),
    lastActive: () => admission.lastActive ?? clock.wall(),
  });
  const triggers = new TriggerSync({
    feed,
    traderId,
    accounts: () => accountsOfMarket(desk.accounts(), market),
    planCheck: (inMs) => {
      schedule.set("triggers", "", inMs === null ? null : clock.wall() + inMs);
      state.waitUntil(schedule.arm());
    },
  });
  const sockets = new TraderSockets({
    state,
    now: () => clock.wall(),
    traderId,
    onResume: (frame, sessionExpiresAt) => resumeFrames(desk, frame, clock.wall(), sessionExpiresAt),
  });
  const openRisk = new OpenRisk({
    store,
    database: env.DB,
    traderId,
    market,
    now: () => clock.wall(),
    plan: (inMs) => {
      schedule.set("open_risk", "", inMs === null ? null : clock.wall() + inMs);
      state.waitUntil(schedule.arm());
    },
  });
  const unexpected: Parts["unexpected"] = (event, error, fields) => {
    const waitUntil = (promise: Promise<unknown>): void => {
      state.waitUntil(promise);
    };
    reportUnexpected({ sinkUrl, waitUntil }, event, error, { trader: traderId, ...fields });
  };
  const { keyring, keyConnector } = assembleCredentials({
    settings,
    storage: state.storage,
    database: env.DB,
    owner: traderId,
    now: () => clock.wall(),
    newId,
    planTidy: (inMs) => {
      schedule.set("key_claims", "", inMs === null ? null : clock.wall() + inMs);
      state.waitUntil(schedule.arm());
    },
    unexpected,
  });
  const kraken = new KrakenDesk({
    desk,
    market,
    restUrl: settings.KRAKEN_REST_URL,
    socketUrl: settings.KRAKEN_WS_PRIVATE_URL,
    keyring,
    keyConnector,
    now: () => clock.wall(),
    newId,
    markets: (symbols) => feed.views(symbols),
    pairs: () => feed.pairs(),
    takeDial: () => feed.takePrivateDial(),
    watched: () => sockets.count() > 0,
    plan: (accountId, at) => {
      schedule.set("kraken", accountId, at);
      state.waitUntil(schedule.arm());
    },
    unexpected: (event, error) => {
      unexpected(event, error, {});
    },
  });
  const notifier = new Notifier({
    table: new NotifyTable(state.storage.sql),
    vault: new Vault(settings.VAULT_SECRET, settings.VAULT_SECRET_PREVIOUS),
    owner: traderId,
    now: () => clock.wall(),
    fetch: fetchNow,
    telegramUrl: settings.TELEGRAM_URL,
    plan: (at) => {
      schedule.set("notify", "", at);
      state.waitUntil(schedule.arm());
    },
  });
  const alertQuestions = new AlertQuestions({
    sql: state.storage.sql,
    assistant: () => assistantStub(env.ASSISTANT.getByName(traderId, { locationHint })),
    owner: () => admission.owner,
    now: () => clock.wall(),
    plan: (at) => {
      schedule.set("alert_questions", "", at);
      state.waitUntil(schedule.arm());
    },
  });
  const parts: Parts = {
    state,
    env,
    traderId,
    market,
    clock,
    newId,
    desk,
    schedule,
    feed,
    admission,
    historian,
    triggers,
    sockets,
    openRisk,
    readTape: tapeReader(settings.KRAKEN_REST_URL, () => clock.wall()),
    keyring,
    keyConnector,
    kraken,
    notifier,
    alertQuestions,
    unexpected,
  };
  return parts;
}

/** What is planned for an account now. */
export function plannedTimers(schedule: Schedule, accountId: string): AccountTimers {
  return {
    expire: schedule.dueAt("expire", accountId),
    waiting: schedule.dueAt("waiting", accountId),
    day: schedule.dueAt("day", accountId),
    equity: schedule.dueAt("equity", accountId),
  };
}

/** Due times of an account, from what it is now. Belongs inside the transaction of what changed it. */
export function planAccount(parts: Parts, recorded: readonly Recorded[]): void {
  const { schedule, clock, market } = parts;
  const state = recorded.at(-1)?.after;
  if (state === undefined || !isOwnMarket(state, { market })) {
    return;
  }
  const timers = accountTimers({
    state,
    filled: recorded.some(({ event }) => event.type === "fill_booked"),
    now: clock.wall(),
    toWall: (time) => clock.toWall(time),
    nextSample: clock.nextSample(),
    nextDay: nextDayOf(state),
    planned: plannedTimers(schedule, state.accountId),
  });
  for (const job of ACCOUNT_JOBS) {
    schedule.set(job, state.accountId, timers[job]);
  }
}

function planAfter(parts: Parts, recorded: readonly Recorded[]): void {
  const { schedule, clock } = parts;
  for (const [, events] of Map.groupBy(recorded, (each) => each.accountId)) {
    planAccount(parts, events);
  }
  if (recorded.length > 0) {
    parts.historian.plan();
  }
  noteAlerts(parts, recorded);
  planOpenRisk(
    parts,
    recorded.map(({ after }) => after),
  );
  // Not by what the desk holds: inside the transaction that is still the state before.
  if (schedule.dueAt("levels", "") === null && recorded.some(({ after }) => triggerRows(after).length > 0)) {
    schedule.set("levels", "", clock.wall() + LEVELS_EVERY_MS);
  }
  if (schedule.dueAt("housekeeping", "") === null) {
    schedule.set("housekeeping", "", clock.wall() + DAY_MS);
  }
}

/** Something is open and the cron sweep may not know of it: the alarm tells D1. Belongs inside the transaction of what caused it. */
export function planOpenRisk({ openRisk, schedule, clock }: Parts, states: readonly AccountState[]): void {
  if (schedule.dueAt("open_risk", "") === null && states.some(isAtRisk) && !openRisk.isNoted) {
    schedule.set("open_risk", "", clock.wall());
  }
}

/** Accounts that have to be sampled are, also one whose last command came before this code knew of it. */
export function planSamples({ desk, schedule, clock, market }: Parts): void {
  for (const state of accountsOfMarket(desk.accounts(), market)) {
    if (schedule.dueAt("equity", state.accountId) === null && needsSamples(state)) {
      schedule.set("equity", state.accountId, clock.nextSample());
    }
  }
}

/** Messages to the outside, and to models, are written with what they tell of; should that fail, the trade stands all the same. */
function noteAlerts(parts: Parts, recorded: readonly Recorded[]): void {
  try {
    parts.notifier.enqueue(recorded);
  } catch (error) {
    parts.unexpected("notify_failed", error, {});
  }
  try {
    parts.alertQuestions.enqueue(recorded);
  } catch (error) {
    parts.unexpected("alert_question_failed", error, {});
  }
}

/** What follows a commit. The commit stands whatever happens here, so nothing here may fail its command. */
function afterCommit(parts: Parts, recorded: readonly Recorded[]): void {
  const { state, desk, triggers, historian, schedule, sockets, unexpected } = parts;
  const failed = (error: unknown): void => {
    unexpected("after_commit_failed", error, { seq: desk.seq });
  };
  try {
    reportFaults(parts, recorded);
    if (sockets.count() > 0) {
      sockets.broadcast(eventFrames(recorded, desk.epoch).map((frame) => JSON.stringify(frame)));
    }
    const tasks = [schedule.arm(), historian.kick(), ...(triggers.isBehind() ? [triggers.flush()] : [])];
    state.waitUntil(Promise.all(tasks).catch(failed));
    parts.kraken.committed(recorded);
    if (recorded.some(({ event }) => event.type === "alert_raised")) {
      state.waitUntil(parts.notifier.drain().catch(failed));
    }
    if (recorded.some(({ event }) => event.type === "price_alert_fired")) {
      state.waitUntil(parts.alertQuestions.drain().catch(failed));
    }
  } catch (error) {
    failed(error);
  }
}

/** An event that does not fit its account is a bug that is reported, not absorbed (TRADING §2). */
function reportFaults(parts: Parts, recorded: readonly Recorded[]): void {
  for (const { after, event, seq, accountId } of recorded) {
    const fault = after.faults.at(-1);
    if (fault?.seq === seq) {
      parts.unexpected("account_fault", new Error(fault.message), { account: accountId, seq, type: event.type });
    }
  }
}
