import { A } from "@solidjs/router";
import { Show, type JSX } from "solid-js";
import type { Decimal } from "../../../../domain/decimal.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { useFreshness, useInstrument, useTicker } from "../../data/use-market.ts";
import { useStores } from "../../data/stores.tsx";
import { classNames } from "../../ui/class-names.ts";
import { directionOf, formatDecimal, formatPercent, formatPrice } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { PriceText } from "../../ui/number-cell.tsx";
import type { Layout } from "../../ui/use-media.ts";
import { AccountFigures } from "../account-bar/account-figures.tsx";
import { AccountSwitcher } from "../account-bar/account-switcher.tsx";
import { ConnectionDot } from "../connection/connection-dot.tsx";
import { StopButton } from "../stop/stop-button.tsx";
import { MarketBadge } from "./market-badge.tsx";
import { ThemeButton } from "./theme-button.tsx";
import { UserMenu } from "./user-menu.tsx";

type TopBarProps = {
  layout: Layout;
  onSearchSymbols: () => void;
  isStopOpen: boolean;
  onStopOpenChange: (isOpen: boolean) => void;
};

/** The state of market and money at a glance, and Stop. Two rows on a phone. */
export function TopBar(props: TopBarProps): JSX.Element {
  const { session } = useStores();
  const isSignedIn = (): boolean => session.user() !== null;
  const isPhone = (): boolean => props.layout === "phone";
  return (
    <header class="shrink-0 border-b bg-panel">
      <div class="flex h-bar items-center gap-3 px-3">
        <Show when={!isPhone()}>
          <A href="/trade" class="flex items-center gap-2 font-semibold" aria-label="TradeWithAI, to the desk">
            <Mark />
            <Show when={props.layout === "wide"}>TradeWithAI</Show>
          </A>
        </Show>
        <SymbolFigures layout={props.layout} onSearch={() => props.onSearchSymbols()} />
        <MarketBadge />
        <div class={classNames("ml-auto flex shrink-0 items-center", props.layout === "medium" ? "gap-2" : "gap-3")}>
          <Show when={isSignedIn() && !isPhone()}>
            <AccountSwitcher showName />
            <AccountFigures showAvailable={props.layout === "wide"} />
          </Show>
          <ConnectionDot />
          <Show when={isSignedIn() && !isPhone()}>
            <StopButton open={props.isStopOpen} onOpenChange={props.onStopOpenChange} />
          </Show>
          <div class="flex items-center">
            <Show when={!isPhone()}>
              <ThemeButton />
            </Show>
            <UserMenu />
          </div>
        </div>
      </div>
      <Show when={isSignedIn() && isPhone()}>
        <div class="flex min-h-11 flex-wrap items-center justify-between gap-1 border-t px-3 py-1">
          <AccountFigures showAvailable={false} />
          <div class="flex shrink-0 items-center">
            <AccountSwitcher showName={false} />
            <StopButton open={props.isStopOpen} onOpenChange={props.onStopOpenChange} />
          </div>
        </div>
      </Show>
    </header>
  );
}

function SymbolFigures(props: { layout: Layout; onSearch: () => void }): JSX.Element {
  const desk = useDesk();
  const ticker = useTicker(desk.symbol);
  const instrument = useInstrument(desk.symbol);
  const freshness = useFreshness(desk.symbol);
  const change = (): Decimal | null => ticker()?.changePercent24h ?? null;
  const decimals = (): number | undefined => instrument()?.priceDecimals;
  return (
    <div class="flex min-w-0 items-center gap-3">
      <button
        type="button"
        class="button inline-flex -mx-2 h-8 shrink-0 items-center gap-1 rounded-md px-2 text-lg font-semibold whitespace-nowrap hover:bg-hover"
        aria-haspopup="dialog"
        title="Search a pair (p)"
        onClick={() => props.onSearch()}
      >
        {desk.symbol()}
        <Icon name="down" class="size-3 text-muted" />
        <span class="sr-only">, search a pair</span>
      </button>
      <div
        class={classNames(
          "flex",
          // What finds no room wraps out of sight, whole: the price is the last to go.
          props.layout === "phone"
            ? "shrink-0 flex-col"
            : "h-6 min-w-min flex-wrap items-baseline gap-x-2 overflow-hidden",
          freshness().stale && "opacity-80 grayscale",
        )}
        title={freshness().reason ?? undefined}
      >
        <PriceText
          value={ticker()?.last}
          decimals={decimals()}
          direction={directionOf(change())}
          class={props.layout === "phone" ? "text-left text-lg font-semibold" : "text-xl font-semibold"}
        />
        <Show when={freshness().stale}>
          <span class="text-sm text-warning">stale</span>
        </Show>
        <span
          class={classNames(
            "numeric",
            props.layout === "phone" && "text-left text-sm",
            directionOf(change()) === "up" && "text-up",
            directionOf(change()) === "down" && "text-down",
          )}
          title="Against the price 24 hours ago"
        >
          {arrowOf(change())}
          {formatPercent(change())}
        </span>
      </div>
      <Show when={props.layout === "wide"}>
        <dl class="flex h-8 min-w-0 shrink-[99] flex-wrap items-center gap-4 overflow-hidden">
          <Range label="24 h high" value={formatPrice(ticker()?.high24h, decimals())} />
          <Range label="24 h low" value={formatPrice(ticker()?.low24h, decimals())} />
          <Range
            label={`24 h volume ${instrument()?.base ?? ""}`}
            value={formatDecimal(ticker()?.volume24h, { decimals: 2 })}
          />
        </dl>
      </Show>
    </div>
  );
}

function Range(props: { label: string; value: string }): JSX.Element {
  return (
    <div class="hidden flex-col min-[1440px]:flex">
      <dt class="text-xs leading-3.5 whitespace-nowrap text-muted">{props.label}</dt>
      <dd class="numeric text-left leading-4.5">{props.value}</dd>
    </div>
  );
}

function arrowOf(change: Decimal | null): string {
  const arrows = { up: "▲ ", down: "▼ ", flat: "" } as const;
  return arrows[directionOf(change)];
}

function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 20 20" class="size-5" aria-hidden="true" fill="none">
      <path d="M5 2v4M5 14v4M15 3v3M15 13v4" stroke="currentColor" stroke-width="1.4" />
      <rect x="2.5" y="6" width="5" height="8" rx="1" fill="var(--gain)" />
      <rect x="12.5" y="6" width="5" height="7" rx="1" fill="var(--loss)" />
    </svg>
  );
}
