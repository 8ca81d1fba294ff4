import { createEffect, on, onCleanup, untrack } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import { notifyInBrowser } from "../../data/browser-notifications.ts";
import { useStores } from "../../data/stores.tsx";
import { pastAlerts } from "./alert-history.ts";
import { noticesOf, noticesOfPast, type EventNotice, type Heard } from "./event-notices.ts";

/** Events that come within this belong to one moment: the fills of one order, a cancel-all. */
const GATHER_MS = 120;
const PAST_SHOWN = 50;

/** Names of the accounts, where there is more than one to be told apart. */
function accountNames(desks: readonly { readonly account: AccountView }[]): ReadonlyMap<string, string> {
  return new Map(desks.length < 2 ? [] : desks.map(({ account }) => [account.id, account.name]));
}

/** The list is of the whole trader: a notice says whose it is. */
function inAccount(name: string | undefined): (notice: EventNotice) => EventNotice {
  return (notice) =>
    name === undefined ? notice : { ...notice, detail: notice.detail === null ? name : `${name} · ${notice.detail}` };
}

/** Announces what happens to the trader, and fills the Alerts list with what happened before. */
export function useEventNotices(): void {
  const { trader, notices } = useStores();

  createEffect(() => {
    const store = trader();
    if (store === null) {
      return;
    }
    let heard: Heard[] = [];
    let timer = 0;
    const announce = (): void => {
      timer = 0;
      const names = accountNames(Object.values(store.trader.accounts));
      for (const [accountId, ofAccount] of Map.groupBy(heard, ({ event }) => event.accountId)) {
        noticesOf(ofAccount)
          .map(inAccount(names.get(accountId)))
          .forEach((notice) => {
            notices.add(notice);
            notifyInBrowser(notice);
          });
      }
      heard = [];
    };
    const stopListening = store.listen((event, changes) => {
      heard.push({ event, changes });
      if (timer === 0) {
        timer = window.setTimeout(announce, GATHER_MS);
      }
    });
    onCleanup(() => {
      stopListening();
      window.clearTimeout(timer);
    });
  });

  // Once per trader: the first snapshot says what is known of earlier.
  createEffect(
    on(
      () => trader()?.trader.ready ?? false,
      (isReady) => {
        const state = untrack(() => trader()?.trader);
        if (!isReady || state === undefined) {
          return;
        }
        const desks = untrack(() => Object.values(state.accounts));
        const names = accountNames(desks);
        const past = desks.flatMap(({ account, recentFills, recentOrders }) =>
          noticesOfPast(recentFills, recentOrders).map(inAccount(names.get(account.id))),
        );
        notices.seed(past.toSorted((left, right) => right.time - left.time).slice(0, PAST_SHOWN));
        for (const { account } of desks) {
          const name = inAccount(names.get(account.id));
          void pastAlerts(account).then((found) => {
            notices.merge(found.map(name));
          });
        }
      },
    ),
  );
}
