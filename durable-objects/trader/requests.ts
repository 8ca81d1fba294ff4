/**
 * How a request of the user is served: admitted against its budget, carried out, logged. What nobody expected is caught here
 * and nowhere else: reported once, with ids, and answered INTERNAL.
 */
import type { AccountState } from "../../domain/account/state.ts";
import type { Problem, Result } from "../../domain/problem.ts";
import { log, type LogFields } from "../lib/log.ts";
import { ensureAccount } from "./accounts.ts";
import { fulfil, unknownAccount, type Wish } from "./commands.ts";
import type { Parts } from "./parts.ts";
import type { Principal } from "./port.ts";
import type { Budget } from "./rate.ts";

export const INTERNAL: Problem = {
  code: "INTERNAL",
  message: "Something went wrong on our side and was reported. Nothing was changed by this request.",
  details: {},
};

export const TIMELESS: Problem = {
  code: "MARKET_UNAVAILABLE",
  message: "The replay has not told its time yet. Try again in a moment.",
  details: {},
};

/** Who asks for what: its name and ids go to the log. */
export type Asked = {
  readonly name: string;
  readonly principal: Principal;
  readonly budget: Budget;
  readonly ids: LogFields;
};

type Work<T> = (parts: Parts) => Result<T> | Promise<Result<T>>;

/** A read; the worker logs it with its request. */
export async function read<T>(parts: Parts, principal: Principal, work: Work<T>): Promise<Result<T>> {
  return guarded(parts, { name: "read", principal, budget: "ordinary", ids: {} }, work);
}

/** A read of one of the user's own accounts. */
export async function readAccount<T>(
  parts: Parts,
  principal: Principal,
  accountId: string,
  work: (parts: Parts, state: AccountState) => Result<T> | Promise<Result<T>>,
): Promise<Result<T>> {
  return read(parts, principal, () => {
    const state = parts.desk.account(accountId);
    return state === null ? unknownAccount<T>() : work(parts, state);
  });
}

/** Something that changes the desk: one line in the log. */
export async function write<T>(parts: Parts, asked: Asked, work: Work<T>): Promise<Result<T>> {
  return logged(parts, asked, () => guarded(parts, asked, work));
}

/** What must always be possible (Stop): its budget is not looked at, nor whether a replay has told its time. */
export async function urgent<T>(parts: Parts, asked: Asked, work: Work<T>): Promise<Result<T>> {
  return logged(parts, asked, () =>
    caught(parts, asked, async () => {
      const recognised = parts.admission.recognise(asked.principal.userId);
      if (!recognised.ok) {
        return recognised;
      }
      await knowsTime(parts);
      return await work(parts);
    }),
  );
}

async function logged<T>(parts: Parts, asked: Asked, serve: () => Promise<Result<T>>): Promise<Result<T>> {
  const { clock, traderId, desk } = parts;
  const startedAt = clock.wall();
  const result = await serve();
  log("command", {
    command: asked.name,
    trader: traderId,
    ...asked.ids,
    ...(result.ok ? orderIdOf(result.value) : {}),
    seq: desk.seq,
    code: result.ok ? "OK" : result.error.code,
    ms: clock.wall() - startedAt,
  });
  return result;
}

/** A write that is a wish, once it is known to be one. */
export async function wish<T>(parts: Parts, asked: Asked, wished: () => Result<Wish<T>>): Promise<Result<T>> {
  return write(parts, asked, async () => {
    const checked = wished();
    return checked.ok ? fulfil(parts, checked.value) : checked;
  });
}

/** Whether market time is known; in a replay the feed has to tell it once. */
export async function knowsTime({ clock, feed }: Parts): Promise<boolean> {
  return clock.isKnown || (await feed.tellTime());
}

async function guarded<T>(parts: Parts, asked: Asked, work: Work<T>): Promise<Result<T>> {
  return caught(parts, asked, async () => {
    const admitted = parts.admission.admit(asked.principal, asked.budget);
    if (!admitted.ok) {
      return admitted;
    }
    if (!(await knowsTime(parts))) {
      return { ok: false, error: TIMELESS };
    }
    ensureAccount(parts);
    return await work(parts);
  });
}

async function caught<T>(parts: Parts, asked: Asked, serve: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await serve();
  } catch (error) {
    parts.schedule.reload();
    parts.unexpected("command_failed", error, { command: asked.name, ...asked.ids });
    return { ok: false, error: INTERNAL };
  }
}

/** The order that an answer is about, if it is about one. */
function orderIdOf(value: unknown): LogFields {
  if (typeof value !== "object" || value === null || !("order" in value)) {
    return {};
  }
  const { order } = value;
  return typeof order === "object" && order !== null && "id" in order && typeof order.id === "string"
    ? { order: order.id }
    : {};
}
