import { nextDayStart } from "../../domain/account/day.ts";

let last: { readonly zone: string; readonly from: number; readonly next: number } | null = null;

/** As nextDayStart, remembering its last answer: it is asked after every commit and changes once a day. */
export function nextDayAfter(from: number, zone: string): number {
  if (last === null || last.zone !== zone || last.from !== from) {
    last = { zone, from, next: nextDayStart(from, zone) };
  }
  return last.next;
}
