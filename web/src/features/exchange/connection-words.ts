/** How the account's line to its exchange stands, in words. Pure. */
import type { AccountView, ExchangeStandingView } from "../../../../contract/accounts.ts";
import { formatTime } from "../../ui/format-time.ts";

type Connection = ExchangeStandingView["connection"];

/** One word for the account bar; null while all is well, and on paper. */
export function connectionWord(account: Pick<AccountView, "exchange">): string | null {
  const status = account.exchange?.connection.status ?? "trading";
  const words = { connecting: "connecting…", suspended: "suspended", disconnected: "no key", trading: null } as const;
  return words[status];
}

/** What is wrong, why, and when it is tried again: the banner's text. Null while nothing is. */
export function connectionSentence(connection: Connection, zone: string): string | null {
  const why = connection.reason === null ? "" : ` ${connection.reason}`;
  const retry = connection.retryAt === null ? "" : ` Tried again at ${formatTime(connection.retryAt, zone)}.`;
  switch (connection.status) {
    case "trading":
      return null;
    case "connecting":
      return `Reading what the account holds at Kraken. Orders wait until that is known.${why}${retry}`;
    case "suspended":
      return `Trading on Kraken is suspended.${why}${retry} Cancel, close and Stop stay possible and are tried.`;
    case "disconnected":
      return `No Kraken key is connected: the desk sees this account no more.${why}`;
  }
}

/** "BTC: the desk counts 0.5, Kraken 0.49." */
export function differenceSentence(difference: ExchangeStandingView["differences"][number]): string {
  const { asset, believed, actual, confirmed } = difference;
  const effect = confirmed
    ? "Unreconciled: orders that add to it wait, exits do not."
    : "Being read again before it counts.";
  return `${asset}: the desk counts ${believed}, Kraken ${actual}. ${effect}`;
}
