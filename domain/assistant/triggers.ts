/**
 * What starts a run without the trader pressing send. Triggers for one account and model that come within one window make one run,
 * which names them all; one that comes later waits for the next window, and none is lost. Pure: who keeps the window says the time.
 */
import type { AlertDirection } from "../alerts/price-alert.ts";
import type { Decimal } from "../decimal.ts";
import type { Milliseconds, Symbol } from "../market.ts";

/** What a run was started by. The same id is the same trigger, however often it is told. */
export type RunTrigger = {
  readonly source: "price_alert";
  /** Of the alert. */
  readonly id: string;
  readonly symbol: Symbol;
  readonly direction: AlertDirection;
  readonly price: Decimal;
  /** Of the trade that fired it. */
  readonly tradePrice: Decimal;
  /** Market time. */
  readonly firedAt: Milliseconds;
  /** The trade was while the desk was away. */
  readonly late: boolean;
  readonly note: string | null;
};

/** Between two runs that are started by triggers for one account and model there is at least this. */
export const TRIGGER_WINDOW_MS = 60_000;
/** What fires together is asked about together: a run waits so long for others to join it. */
export const TRIGGER_GATHER_MS = 2_000;
/** While the run before is not over, it is looked again after so long. */
export const TRIGGER_LOOK_AGAIN_MS = 5_000;
/** Of one run; a model is sent the figures of so many pairs at most. */
export const MOST_TRIGGERS = 20;
const MOST_SYMBOLS = 5;

/** How it stands for one account and model. */
export type TriggerWindow = {
  /** When triggers started a run last; null: never. */
  readonly startedAt: Milliseconds | null;
  /** When the next run is to start; null: nothing waits. */
  readonly dueAt: Milliseconds | null;
};

export const NO_TRIGGER_YET: TriggerWindow = { startedAt: null, dueAt: null };

/** The window after a trigger: it joins the run that is planned, else one is planned. */
export function takeTrigger(window: TriggerWindow, at: Milliseconds): TriggerWindow {
  if (window.dueAt !== null) {
    return window;
  }
  const gathered = at + TRIGGER_GATHER_MS;
  return {
    ...window,
    dueAt: window.startedAt === null ? gathered : Math.max(gathered, window.startedAt + TRIGGER_WINDOW_MS),
  };
}

/** When to look again; null: the planned run starts now. */
export function waitsUntil(window: TriggerWindow, now: Milliseconds, isUnderWay: boolean): Milliseconds | null {
  if (window.dueAt !== null && now < window.dueAt) {
    return window.dueAt;
  }
  return isUnderWay ? now + TRIGGER_LOOK_AGAIN_MS : null;
}

/** The window after a run was started, with what did not go into it. */
export function afterStart(now: Milliseconds, anyLeft: boolean): TriggerWindow {
  return { startedAt: now, dueAt: anyLeft ? now + TRIGGER_WINDOW_MS : null };
}

/** What of those that wait goes into the next run, the oldest first. The rest is asked about in the run after it. */
export function batchOf(waiting: readonly RunTrigger[]): readonly RunTrigger[] {
  const batch: RunTrigger[] = [];
  const symbols = new Set<Symbol>();
  for (const trigger of waiting) {
    symbols.add(trigger.symbol);
    if (symbols.size > MOST_SYMBOLS || batch.length === MOST_TRIGGERS) {
      return batch;
    }
    batch.push(trigger);
  }
  return batch;
}

/** What the model is asked. The note is the trader's own word. */
export function triggerQuestion(triggers: readonly RunTrigger[]): string {
  const lines = triggers.map(({ symbol, direction, price, tradePrice, firedAt, late, note }) => {
    const when = `${new Date(firedAt).toISOString()}${late ? ", while the desk was away" : ""}`;
    const words = note === null ? "" : ` My note: ${note.replaceAll(/\s+/gu, " ")}`;
    return `${symbol} traded at ${tradePrice}: my alert was for ${direction} ${price} (${when}).${words}`;
  });
  return `${lines.join("\n")}\n\nWhat should I do now, if anything?`;
}
