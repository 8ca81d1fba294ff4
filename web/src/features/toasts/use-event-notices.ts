import { createEffect, on, onCleanup, untrack } from "solid-js";
import { useStores } from "../../data/stores.tsx";
import { pastAlerts } from "./alert-history.ts";
import { noticesOf, noticesOfPast, type Heard } from "./event-notices.ts";

/** Events that come within this belong to one moment: the fills of one order, a cancel-all. */
const GATHER_MS = 120;
const PAST_SHOWN = 50;

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
      noticesOf(heard).forEach(notices.add);
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
        const fills = desks.flatMap((desk) => desk.recentFills);
        const ended = desks.flatMap((desk) => desk.recentOrders);
        notices.seed(noticesOfPast(fills, ended).slice(0, PAST_SHOWN));
        for (const { account } of desks) {
          if (account.exchange !== null) {
            void pastAlerts(account).then(notices.merge);
          }
        }
      },
    ),
  );
}
