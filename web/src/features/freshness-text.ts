import { preferences } from "../data/preferences.ts";
import type { Freshness } from "../data/use-market.ts";
import { formatTime } from "../ui/format-time.ts";

/** What a greyed panel says: why, and since when; null while the prices are current. */
export function freshnessText(freshness: Freshness): string | null {
  if (!freshness.stale) {
    return null;
  }
  const reason = freshness.reason ?? "The prices are not current.";
  return freshness.since === null ? reason : `${reason} Since ${formatTime(freshness.since, preferences.zone)}.`;
}
