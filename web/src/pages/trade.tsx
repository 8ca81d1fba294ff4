import { Match, Show, Suspense, Switch, lazy, type JSX } from "solid-js";
import { useDesk } from "../data/desk-context.tsx";
import { useStores } from "../data/stores.tsx";
import { ChartPanel } from "../features/chart/lazy-chart.ts";
import { FirstRun } from "../features/first-run/first-run.tsx";
import { Skeleton } from "../ui/panel.tsx";

// Nobody who is signed out sees it: the door does not wait for it.
const Desk = lazy(() => import("./desk.tsx"));

// Fetched beside the session instead of after it. A failure shows where the part is drawn.
ChartPanel.preload().catch(() => undefined);
Desk.preload().catch(() => undefined);

/** The trading desk. Signed out: the live chart, with the door in front of it. */
export default function TradePage(): JSX.Element {
  const { session } = useStores();
  const desk = useDesk();
  const isOut = (): boolean => session.state().type === "signed-out" || session.state().type === "unreachable";
  return (
    <>
      <Show when={!isOut()}>
        <h1 class="sr-only">Trade {desk.symbol()}</h1>
      </Show>
      <Switch>
        <Match when={session.state().type === "loading"}>
          <Skeleton rows={12} />
        </Match>
        <Match when={isOut()}>
          <div class="relative flex min-h-0 flex-1 flex-col">
            <div class="flex min-h-0 flex-1 flex-col opacity-60" inert>
              <ChartPanel />
            </div>
            <FirstRun />
          </div>
        </Match>
        <Match when={session.user()}>
          <Suspense fallback={<Skeleton rows={12} />}>
            <Desk />
          </Suspense>
        </Match>
      </Switch>
    </>
  );
}
