import { Show, type JSX } from "solid-js";
import { createNow, marketNow } from "../../data/clock.ts";
import { useStores } from "../../data/stores.tsx";
import { Badge } from "../../ui/badge.tsx";
import { formatTime } from "../../ui/format-time.ts";
import type { Market } from "../../../../domain/market.ts";

/** Which world the prices come from. A replay shows its own date. */
export function MarketBadge(): JSX.Element {
  const { market } = useStores();
  return (
    <Show when={market.market()}>
      {(source) => (
        <Badge tone={source() === "live" ? "accent" : "warning"} title={explanations[source()]}>
          <Show when={source() === "replay"} fallback={source() === "live" ? "KRAKEN LIVE" : "SIMULATED"}>
            <ReplayDate />
          </Show>
        </Badge>
      )}
    </Show>
  );
}

const explanations: Record<Market, string> = {
  live: "Real prices from Kraken",
  sim: "A simulated exchange on this machine: prices are made up",
  replay: "Recorded prices, played again at their own time",
};

function ReplayDate(): JSX.Element {
  const now = createNow(1_000, marketNow);
  return <>REPLAY {formatTime(now(), "UTC", "date")}</>;
}
