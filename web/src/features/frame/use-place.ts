import { useLocation, useNavigate } from "@solidjs/router";
import { createEffect, createMemo, type Accessor } from "solid-js";
import { timeframe as timeframeShape } from "../../../../contract/markets.ts";
import { symbolPath, symbolToPath } from "../../../../contract/symbols.ts";
import type { Timeframe } from "../../../../domain/market.ts";
import { changePreferences, preferences } from "../../data/preferences.ts";

export type PlaceOnDesk = {
  readonly symbol: Accessor<string>;
  readonly setSymbol: (symbol: string) => void;
  readonly timeframe: Accessor<Timeframe>;
  readonly setTimeframe: (timeframe: Timeframe) => void;
};

/** The URL of a symbol's desk. */
export function tradeUrl(symbol: string, timeframe: Timeframe): string {
  return `/trade/${symbolToPath(symbol)}?tf=${timeframe}`;
}

/** Symbol and timeframe as the URL holds them; on other pages, as they were last. */
export function usePlace(): PlaceOnDesk {
  const location = useLocation();
  const navigate = useNavigate();
  const inUrl = createMemo(() => {
    const [, page, path = ""] = location.pathname.split("/");
    const symbol = page === "trade" ? symbolPath.safeParse(decodeURIComponent(path).toUpperCase()) : null;
    const timeframe = timeframeShape.safeParse(new URLSearchParams(location.search).get("tf"));
    return { symbol: symbol?.data ?? null, timeframe: page === "trade" ? (timeframe.data ?? null) : null };
  });
  const symbol = createMemo(() => inUrl().symbol ?? preferences.symbol);
  const timeframe = createMemo(() => inUrl().timeframe ?? preferences.timeframe);

  // What was looked at last is where the next visit begins.
  createEffect(() => {
    if (symbol() !== preferences.symbol || timeframe() !== preferences.timeframe) {
      changePreferences({ symbol: symbol(), timeframe: timeframe() });
    }
  });

  return {
    symbol,
    timeframe,
    setSymbol: (next) => navigate(tradeUrl(next, timeframe())),
    setTimeframe: (next) => navigate(tradeUrl(symbol(), next), { replace: true }),
  };
}
