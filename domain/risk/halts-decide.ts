/**
 * Halting and resuming an account (TRADING §5). A halt denies entries from the same turn on, cancels the open ones and does
 * with the positions what the trader has chosen; exits go on.
 */
import { toFixedText, wholeNumber, type Decimal } from "../decimal.ts";
import type { Milliseconds } from "../market.ts";
import type { Problem } from "../problem.ts";
import { accountDayAt } from "../account/day.ts";
import { record, stamp, type Outcome, type Turn } from "../account/turn.ts";
import { raiseAlert } from "../account/venue/alerts.ts";
import { clockOf, haltsInForce, type Halt, type HaltKind } from "./halt.ts";
import type { HaltCommand } from "./halts-commands.ts";
import { cancelLive, goOnSelling, managedAssets, sellPosition, tightenStop } from "./halts-positions.ts";
import { protectionStanding } from "../protection/standing.ts";
import { treatLateFills } from "./late-fills.ts";
import { judgeSample, type EquitySample, type Trip } from "./samples.ts";
import { liveOrders } from "../account/open-orders.ts";

const MINUTE_MS = 60_000;

/** Takes samples of equity in, oldest first, and halts where a limit trips. */
export function sampleEquity(turn: Turn, samples: readonly EquitySample[]): void {
  for (const sample of samples.toSorted((left, right) => left.time - right.time)) {
    beginDayAt(turn, sample);
    const { day, limits, watch, halts } = turn.state;
    const inForce = haltsInForce(halts, sample.time).map(({ kind }) => kind);
    const judged = judgeSample(watch, sample, day, limits, {
      drawdown: inForce.includes("drawdown"),
      dailyLoss: inForce.includes("daily_loss"),
    });
    if (judged.matters) {
      const { time: sampledAt, managed, equity, aged } = sample;
      record(turn, {
        type: "equity_sampled",
        ...stamp(turn.context),
        sampledAt,
        managed,
        equity,
        ...(aged === undefined ? {} : { aged }),
        watch: judged.watch,
      });
    }
    for (const trip of judged.trips) {
      halt(turn, trippedHalt(turn, trip, sample));
    }
  }
  goOnFlattening(turn);
  goOnTightening(turn);
}

/** Ends every decision: a streak of losses halts, and halts whose time is over are ended. */
export function watchHalts(turn: Turn): void {
  const { state, context } = turn;
  const over = state.halts.filter(({ endsAt }) => endsAt !== null && endsAt <= context.marketTime);
  if (over.length > 0) {
    const kinds = over.map(({ kind }) => kind);
    record(turn, { type: "trading_resumed", ...stamp(context), kinds, how: "ended", managed: null, equity: null });
  }
  const rule = state.limits.lossStreak;
  const { losses } = state.watch.streak;
  if (rule !== null && losses >= rule.losses && !isHalted(turn, "loss_streak")) {
    const endsAt = context.marketTime + rule.minutes * MINUTE_MS;
    halt(turn, {
      kind: "loss_streak",
      haltedAt: context.marketTime,
      waitUntil: endsAt,
      endsAt,
      positions: state.limits.onHalt,
      value: wholeNumber(losses),
      limit: wholeNumber(rule.losses),
      reason: `Halted: ${losses} losing trades in a row, and ${rule.losses} pause the account for ${rule.minutes} minutes.`,
    });
  }
  treatLateFills(turn);
}

/** Ends the halts, after their waiting time or with what the account is worth now as the new base of its limits. */
export function resumeTrading(turn: Turn, command: Extract<HaltCommand, { type: "resume_trading" }>): Outcome {
  const { state, context } = turn;
  const halts = haltsInForce(state.halts, context.marketTime);
  if (halts.length === 0) {
    return refused("NOTHING_CHANGED", "Nothing is halted: entries are judged by the rules as usual.");
  }
  // A pause after losses is time and nothing else: no baseline makes it shorter, and it ends by itself.
  const [pause] = halts.filter(({ kind }) => kind === "loss_streak");
  const ended = halts.filter(({ kind }) => kind !== "loss_streak");
  if (pause !== undefined && ended.length === 0) {
    return pauseNotOver(pause, context.marketTime);
  }
  const kinds = ended.map(({ kind }) => kind);
  const tripped = ended.filter(({ kind }) => kind !== "stopped");
  const waiting = tripped.filter(({ waitUntil }) => waitUntil !== null && waitUntil > context.marketTime);
  if (command.how === "wait" && waiting.length > 0) {
    return notOver(waiting, context.marketTime);
  }
  const measured = tripped.some(({ kind }) => kind === "drawdown" || kind === "daily_loss");
  if (command.now === null && measured) {
    return refused(
      "MARKET_UNAVAILABLE",
      "What the account is worth is not known just now, so its limits have nothing to be measured from. Try again in a moment.",
    );
  }
  record(turn, {
    type: "trading_resumed",
    ...stamp(context),
    kinds,
    how: command.how === "baseline" ? "baseline" : "waited",
    managed: measured ? (command.now?.managed ?? null) : null,
    equity: measured ? (command.now?.equity ?? null) : null,
  });
  const names = ended.map(({ reason }) => reason).join(" ");
  const how = measured && command.how === "baseline" ? ` Limits are measured from ${money(command.now?.managed)}.` : "";
  const goesOn = pause === undefined ? "Trading goes on." : `Resumed, and still paused: ${pause.reason}`;
  raiseAlert(turn, "information", `${goesOn} What had stopped it: ${names}${how}`, null, "halt");
  return null;
}

/** The account halts: recorded, entries cancelled, positions treated, told once. */
export function halt(turn: Turn, how: Halt): void {
  record(turn, { type: "trading_halted", ...stamp(turn.context), halt: how });
  const entries = liveOrders(turn.state.orders).filter(({ intent }) => intent === "entry");
  for (const { id } of entries) {
    cancelLive(turn, id, "Cancelled because the account was halted.");
  }
  const cancelled =
    entries.length === 0 ? "" : ` ${entries.length} open ${entries.length === 1 ? "entry" : "entries"} cancelled.`;
  const positions = treatPositions(turn, how);
  const way =
    how.endsAt === null
      ? `Resume with a new baseline, or from ${clockOf(how.waitUntil ?? how.haltedAt)}.`
      : `Entries are taken again from ${clockOf(how.endsAt)}.`;
  raiseAlert(turn, "critical", `${how.reason}${cancelled}${positions} ${way}`, null, "halt");
}

function treatPositions(turn: Turn, { kind, positions }: Halt): string {
  const assets = managedAssets(turn.state);
  if (assets.length === 0) {
    return "";
  }
  if (positions === "flatten") {
    const steps = assets.map((asset) => sellPosition(turn, asset, "the account was halted"));
    return ` ${steps.map(({ sentence }) => sentence).join(" ")}`;
  }
  if (positions === "tighten") {
    const steps = assets.map((asset) => tightenStop(turn, asset, turn.state.limits.tightenPercent));
    const pending = assets.filter((_asset, index) => steps[index]?.outcome === "failed");
    if (pending.length > 0) {
      record(turn, { type: "stops_tightened", ...stamp(turn.context), kind, pending });
    }
    return ` ${steps.map(({ sentence }) => sentence).join(" ")}`;
  }
  const kept = assets.map((asset) => {
    const stop = turn.state.protections[asset]?.stop ?? null;
    const { status, protectedQuantity } = protectionStanding(turn.state, asset);
    if (stop === null) {
      return `${asset} is kept and has no stop.`;
    }
    return status === "partly"
      ? `${asset} is kept with its stop at ${stop.price} for ${protectedQuantity}: orders of yours hold the rest, which has none.`
      : `${asset} is kept with its stop at ${stop.price}.`;
  });
  return ` ${kept.join(" ")}`;
}

/** What a flattening halt could not sell yet, or what came after it, and nothing is selling: tried again with every sample. */
function goOnFlattening(turn: Turn): void {
  const flattening = haltsInForce(turn.state.halts, turn.context.marketTime).filter(
    ({ positions }) => positions === "flatten",
  );
  if (flattening.length === 0) {
    return;
  }
  for (const asset of managedAssets(turn.state)) {
    goOnSelling(turn, asset, "the account was halted", false);
  }
}

/** Stops that could not be tightened for want of a price, once there is one. Each once: they do not trail. */
function goOnTightening(turn: Turn): void {
  for (const { kind, pending = [] } of haltsInForce(turn.state.halts, turn.context.marketTime)) {
    const managed = managedAssets(turn.state);
    const rest = pending.filter(
      (asset) =>
        managed.includes(asset) && tightenStop(turn, asset, turn.state.limits.tightenPercent).outcome === "failed",
    );
    if (rest.length < pending.length) {
      record(turn, { type: "stops_tightened", ...stamp(turn.context), kind, pending: rest });
    }
  }
}

function trippedHalt(turn: Turn, { kind, value, limit }: Trip, sample: EquitySample): Halt {
  const { limits, watch, currency } = turn.state;
  const reason =
    kind === "drawdown"
      ? `Halted: drawdown of ${percent(value)} % (${money(sample.managed)} ${currency} after a peak of ${money(watch.peak)}), and ${limit} % is the limit.`
      : `Halted: the day has lost ${percent(value)} % (equity ${money(sample.equity)} ${currency}), and ${limit} % is the limit.`;
  return {
    kind,
    haltedAt: sample.time,
    // From when it holds: of a sample of the past, that is now.
    waitUntil: Math.max(sample.time, turn.context.marketTime) + limits.resumeAfterMinutes * MINUTE_MS,
    endsAt: null,
    positions: limits.onHalt,
    value,
    limit,
    reason: `${reason}${agedWords(sample)}`,
  };
}

function agedWords({ aged }: EquitySample): string {
  return aged === undefined ? "" : ` ${aged.join(", ")} had no fresh price and counted at the last good one.`;
}

/** The day of a sample begins with it, so that a day that began unseen is measured from there. */
function beginDayAt(turn: Turn, { time, equity, unpriced }: EquitySample): void {
  const startedAt = accountDayAt(turn.state, time);
  if (equity !== null && startedAt > turn.state.day.startedAt) {
    const incomplete = unpriced === undefined ? {} : { unpriced };
    record(turn, { type: "day_started", ...stamp(turn.context), startedAt, equity, ...incomplete });
  }
}

function notOver(waiting: readonly Halt[], now: Milliseconds): Outcome {
  const until = Math.max(...waiting.map(({ waitUntil }) => waitUntil ?? 0));
  const minutes = Math.ceil((until - now) / MINUTE_MS);
  return {
    problem: {
      code: "HALT_NOT_OVER",
      message: `${waiting.map(({ reason }) => reason).join(" ")} By waiting it is over at ${clockOf(until)}, in ${minutes} min; with a new baseline it can be resumed at once.`,
      details: { halt: waiting[0]?.kind ?? "", waitUntil: String(until), waitMinutes: String(minutes) },
    },
    events: [],
  };
}

function pauseNotOver({ reason, endsAt, kind }: Halt, now: Milliseconds): Outcome {
  const until = endsAt ?? now;
  const minutes = Math.ceil((until - now) / MINUTE_MS);
  return {
    problem: {
      code: "HALT_NOT_OVER",
      message: `${reason} It ends by itself at ${clockOf(until)}, in ${minutes} min; nothing ends it sooner.`,
      details: { halt: kind, waitUntil: String(until), waitMinutes: String(minutes) },
    },
    events: [],
  };
}

function isHalted({ state, context }: Turn, kind: HaltKind): boolean {
  return haltsInForce(state.halts, context.marketTime).some((each) => each.kind === kind);
}

function refused(code: Problem["code"], message: string): Outcome {
  return { problem: { code, message, details: {} }, events: [] };
}

function percent(value: Decimal): string {
  return toFixedText(value, 2);
}

function money(value: Decimal | null | undefined): string {
  return value === null || value === undefined ? "unknown" : toFixedText(value, 2);
}
