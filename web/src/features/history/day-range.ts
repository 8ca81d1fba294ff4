/** Days as a date field gives them ("2026-11-25"), to milliseconds in the chosen zone. */

/** The first millisecond of a day in a zone ("local", "UTC" or IANA); undefined for an empty or broken text. */
export function startOfDay(day: string, zone: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (match === null) {
    return undefined;
  }
  const utc = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  if (Number.isNaN(utc)) {
    return undefined;
  }
  // The offset at that moment; a second look settles days on which the clocks change.
  const first = utc - offsetAt(utc, zone);
  return utc - offsetAt(first, zone);
}

/** The first millisecond after a day. */
export function endOfDay(day: string, zone: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (match === null) {
    return undefined;
  }
  const next = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + 1));
  return Number.isNaN(next.getTime()) ? undefined : startOfDay(next.toISOString().slice(0, 10), zone);
}

/** Wall clock − UTC in milliseconds. */
function offsetAt(time: number, zone: string): number {
  if (zone === "UTC") {
    return 0;
  }
  if (zone === "local") {
    return -new Date(time).getTimezoneOffset() * 60_000;
  }
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((entry) => entry.type === type)?.value ?? 0);
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(time / 1000) * 1000;
}
