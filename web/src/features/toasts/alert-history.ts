/** Alerts of the time before this page was opened, read from the journal: they survive a reload. */
import type { AccountView } from "../../../../contract/accounts.ts";
import { fetchEvents } from "../../data/api.ts";
import { exchangeNotice } from "./exchange-notices.ts";
import type { EventNotice } from "./event-notices.ts";

/** One call of the events API. Sequence numbers are the trader's, so that a page holds at most as many events. */
const PAGE = 500;
/** An account that traded a lot since its last alert is not read to its beginning. */
const MOST_PAGES = 6;
const ENOUGH = 50;

/**
 * Notices of the account's latest events, newest first, at most about fifty. Read page by page from the end; a page that
 * cannot be read ends it, and what was read so far is shown.
 */
export async function pastAlerts(account: Pick<AccountView, "id" | "seq">): Promise<readonly EventNotice[]> {
  const found: EventNotice[] = [];
  let end = account.seq;
  for (let page = 0; page < MOST_PAGES && end > 0 && found.length < ENOUGH; page += 1) {
    const after = Math.max(0, end - PAGE);
    const answer = await fetchEvents(account.id, after);
    if (!answer.ok) {
      console.warn(`The alerts of ${account.id} could not be read: ${answer.error.message}`);
      break;
    }
    const upTo = end;
    const events = answer.value.events.filter(({ seq }) => seq <= upTo).toReversed();
    found.push(...events.flatMap((event) => exchangeNotice(event) ?? []));
    end = after;
  }
  return found;
}
