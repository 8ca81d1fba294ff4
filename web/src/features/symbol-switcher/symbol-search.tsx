import { Show, createMemo, onCleanup, type JSX } from "solid-js";
import type { MarketSummary } from "../../../../contract/markets.ts";
import { preferences, toggleWatched } from "../../data/preferences.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { useStores } from "../../data/stores.tsx";
import { useTicker } from "../../data/use-market.ts";
import { classNames } from "../../ui/class-names.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { directionOf, formatPercent, formatPrice } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { SearchList, type SearchEntry } from "../../ui/search-list.tsx";
import { Sparkline } from "./sparkline.tsx";

const REFRESH_MS = 5_000;

/** The searchable list of pairs with last price and change; watched pairs first and live, with a sparkline. */
export function SymbolSearch(props: { open: boolean; onClose: () => void }): JSX.Element {
  return (
    <Dialog open={props.open} onClose={() => props.onClose()} title="Markets" width="medium" class="h-[32rem]" bare>
      <SymbolList onClose={() => props.onClose()} />
    </Dialog>
  );
}

function SymbolList(props: { onClose: () => void }): JSX.Element {
  const { market } = useStores();
  const desk = useDesk();
  const timer = setInterval(() => void market.refreshMarkets(), REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  void market.refreshMarkets();

  const choose = (symbol: string): void => {
    desk.setSymbol(symbol);
    props.onClose();
  };
  // Built from the names alone: prices move inside the rows, the rows themselves stay.
  const names = createMemo(() => market.markets().map((summary) => summary.instrument.symbol), [], {
    equals: (left, right) => left.join() === right.join(),
  });
  const entries = createMemo((): SearchEntry[] => {
    const watched = names().filter((name) => preferences.watched.includes(name));
    const others = names().filter((name) => !preferences.watched.includes(name));
    const entry = (symbol: string, group: string): SearchEntry => ({
      id: symbol,
      text: `${symbol} ${symbol.replace("/", "")}`,
      group,
      content: () => <SymbolRow symbol={symbol} isWatched={group === "Watched"} />,
      onSelect: () => choose(symbol),
    });
    return [
      ...watched.map((symbol) => entry(symbol, "Watched")),
      ...others.map((symbol) => entry(symbol, "All pairs")),
    ];
  });
  return (
    <SearchList
      label="Search a pair"
      placeholder="BTC, ETH/USD …"
      entries={entries()}
      empty={names().length === 0 ? "The list of pairs has not arrived yet." : "No listed pair has this name."}
      class="h-full"
    />
  );
}

function SymbolRow(props: { symbol: string; isWatched: boolean }): JSX.Element {
  const { market } = useStores();
  const summary = createMemo(() => market.markets().find((entry) => entry.instrument.symbol === props.symbol) ?? null);
  return (
    <>
      {/* For the pointer only: an option holds no second control. The command palette does it by keyboard. */}
      <span
        aria-hidden="true"
        title={props.isWatched ? `Stop watching ${props.symbol}` : `Watch ${props.symbol}`}
        class={classNames("grid size-6 place-items-center rounded-md", props.isWatched ? "text-accent" : "text-muted")}
        onClick={(event) => {
          event.stopPropagation();
          toggleWatched(props.symbol);
        }}
      >
        <Icon name="star" filled={props.isWatched} class="size-3.5" />
      </span>
      <span class="flex-1 font-medium">{props.symbol}</span>
      <Show when={props.isWatched} fallback={<Figures summary={summary()} />}>
        <Sparkline symbol={props.symbol} />
        <LiveFigures symbol={props.symbol} summary={summary()} />
      </Show>
    </>
  );
}

function LiveFigures(props: { symbol: string; summary: MarketSummary | null }): JSX.Element {
  const ticker = useTicker(() => props.symbol);
  const live = (): MarketSummary | null => {
    const summary = props.summary;
    return summary === null ? null : { ...summary, ticker: ticker() ?? summary.ticker };
  };
  return <Figures summary={live()} />;
}

function Figures(props: { summary: MarketSummary | null }): JSX.Element {
  const change = () => props.summary?.ticker?.changePercent24h ?? null;
  return (
    <>
      <span class="numeric w-24">
        {formatPrice(props.summary?.ticker?.last, props.summary?.instrument.priceDecimals)}
      </span>
      <span
        class={classNames(
          "numeric w-18",
          directionOf(change()) === "up" && "text-up",
          directionOf(change()) === "down" && "text-down",
        )}
      >
        {formatPercent(change())}
      </span>
    </>
  );
}
