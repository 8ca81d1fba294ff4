/** Words for moments on the chart in one time zone. Formatters are kept: making one costs far more than using it. */

export type AxisUnit = "year" | "month" | "day" | "time";

const LOCALE = "en-US";
const HOUR_SECONDS = 3600;

const parts: Readonly<Record<AxisUnit, Intl.DateTimeFormatOptions>> = {
  year: { year: "numeric" },
  month: { month: "short" },
  day: { month: "short", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const wholeMoment: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
};
const wholeDay: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "2-digit" };
const clock: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
  hourCycle: "h23",
};

const formatters = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** A mark of the time axis: "2026", "Nov", "Nov 12", "14:05". */
export function axisLabel(milliseconds: number, unit: AxisUnit, zone: string): string {
  return formatter(unit, zone, parts[unit]).format(milliseconds);
}

/** The moment under the crosshair; a daily candle is named by its day alone. */
export function momentLabel(milliseconds: number, zone: string, daily: boolean): string {
  return daily
    ? formatter("wholeDay", zone, wholeDay).format(milliseconds)
    : formatter("wholeMoment", zone, wholeMoment).format(milliseconds);
}

/**
 * The seconds that a clock on the wall of the zone shows, counted as if it were UTC. Zones move by whole quarter hours at
 * whole hours, so the distance is looked up once an hour.
 */
export function wallClockSeconds(seconds: number, zone: string): number {
  if (zone === "UTC") {
    return seconds;
  }
  const hour = Math.floor(seconds / HOUR_SECONDS);
  const key = `${zone} ${hour}`;
  const known = offsets.get(key);
  if (known !== undefined) {
    return seconds + known;
  }
  const offset = offsetAt(hour * HOUR_SECONDS, zone);
  offsets.set(key, offset);
  return seconds + offset;
}

function offsetAt(seconds: number, zone: string): number {
  const found: Record<string, number> = {};
  for (const part of formatter("clock", zone, clock).formatToParts(seconds * 1000)) {
    found[part.type] = Number(part.value);
  }
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - seconds;
}

function formatter(name: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${zone}`;
  const known = formatters.get(key);
  if (known !== undefined) {
    return known;
  }
  const made = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone });
  formatters.set(key, made);
  return made;
}
