/** Times are milliseconds, UTC, everywhere; only their labels are in the trader's zone. */
import { MISSING } from "./format.ts";

/** "local", "UTC" or an IANA name. */
export type Zone = string;

const formats = new Map<string, Intl.DateTimeFormat>();

const styles = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  "time-short": { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { year: "numeric", month: "2-digit", day: "2-digit" },
  "date-time": {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type TimeStyle = keyof typeof styles;

/** "14:03:07", "2026-11-25" or both, in the zone. sv-SE is the locale whose numeric dates are ISO-like. */
export function formatTime(time: number | null | undefined, zone: Zone, style: TimeStyle = "time"): string {
  if (time === null || time === undefined) {
    return MISSING;
  }
  const key = `${zone} ${style}`;
  let format = formats.get(key);
  if (format === undefined) {
    const options: Intl.DateTimeFormatOptions = { ...styles[style] };
    format = new Intl.DateTimeFormat("sv-SE", zone === "local" ? options : { ...options, timeZone: zone });
    formats.set(key, format);
  }
  return format.format(time);
}

/** The unambiguous form, shown on hover: "2026-11-25T14:03:07.123Z". */
export function formatIso(time: number | null | undefined): string {
  return time === null || time === undefined ? MISSING : new Date(time).toISOString();
}

/** "3 s ago" under a minute; from then on the time itself says more. Null then. */
export function formatRecentAge(time: number, now: number): string | null {
  const seconds = Math.max(0, Math.floor((now - time) / 1000));
  return seconds < 60 ? `${seconds} s ago` : null;
}

/** A length of time in words of two units at most: "45 s", "3 min 5 s", "2 h 10 min". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return joined(minutes, "min", seconds % 60, "s");
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? joined(hours, "h", minutes % 60, "min") : joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

function joined(first: number, unit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first} ${unit}` : `${first} ${unit} ${second} ${secondUnit}`;
}
