import { A } from "@solidjs/router";
import { Show, createSignal, type JSX } from "solid-js";
import { changePanelChoice, panelChoice } from "../data/preferences.ts";
import { useStores } from "../data/stores.tsx";
import { useAccount } from "../data/use-account.ts";
import { HistoryFilters, NO_FILTERS, type Filters } from "../features/history/history-filters.tsx";
import { FillHistory, OrderHistory } from "../features/history/history-list.tsx";
import { IncompleteNotice } from "../features/history/incomplete-notice.tsx";
import { Skeleton } from "../ui/panel.tsx";
import { Tabs } from "../ui/tabs.tsx";

/** Orders and fills across time, as far back as the account goes. */
export default function HistoryPage(): JSX.Element {
  const { session } = useStores();
  const account = useAccount();
  const [filters, setFilters] = createSignal<Filters>(NO_FILTERS);
  return (
    <Show when={session.user() !== null || session.state().type === "loading"} fallback={<SignedOut />}>
      <Show when={account()?.id} keyed fallback={<Skeleton rows={14} />}>
        {(accountId) => (
          <div class="flex min-h-0 flex-1 flex-col bg-panel">
            <h1 class="px-3 pt-2 text-lg font-semibold">History of {account()?.name}</h1>
            <IncompleteNotice />
            <HistoryFilters filters={filters()} onChange={setFilters} />
            <Tabs
              label="History"
              value={panelChoice("history-tab", "fills")}
              onChange={(id) => changePanelChoice("history-tab", id)}
              items={[
                {
                  id: "fills",
                  label: "Fills",
                  content: () => <FillHistory accountId={accountId} filters={filters()} />,
                },
                {
                  id: "orders",
                  label: "Orders",
                  content: () => <OrderHistory accountId={accountId} filters={filters()} />,
                },
              ]}
            />
          </div>
        )}
      </Show>
    </Show>
  );
}

function SignedOut(): JSX.Element {
  return (
    <div class="flex flex-1 flex-col items-center justify-center gap-2 p-6 text-center text-muted">
      <p>Nobody is signed in.</p>
      <p>
        <A href="/sign-in" class="link">
          Sign in
        </A>{" "}
        or{" "}
        <A href="/trade" class="link">
          try it with paper money
        </A>
        .
      </p>
    </div>
  );
}
