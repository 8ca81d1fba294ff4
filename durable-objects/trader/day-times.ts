import { nextAccountDay } from "../../domain/account/day.ts";
import type { AccountState } from "../../domain/account/state.ts";

type Days = Pick<AccountState, "zone" | "nextZone" | "day">;

let last: { readonly days: Days; readonly next: number } | null = null;

/** As nextAccountDay, remembering its last answer: it is asked after every commit and changes once a day. */
export function nextDayOf(days: Days): number {
  if (last === null || !isSame(last.days, days)) {
    last = { days, next: nextAccountDay(days) };
  }
  return last.next;
}

function isSame(left: Days, right: Days): boolean {
  return (
    left.zone === right.zone &&
    left.nextZone?.zone === right.nextZone?.zone &&
    left.nextZone?.from === right.nextZone?.from &&
    left.day.startedAt === right.day.startedAt &&
    left.day.notBefore === right.day.notBefore
  );
}
