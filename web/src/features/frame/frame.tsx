import { useLocation, useNavigate } from "@solidjs/router";
import {
  ErrorBoundary,
  Match,
  Show,
  Suspense,
  Switch,
  createEffect,
  createSignal,
  onCleanup,
  onMount,
  untrack,
  type JSX,
  type ParentProps,
} from "solid-js";
import { DeskContext, createDesk } from "../../data/desk-context.tsx";
import { createNow } from "../../data/clock.ts";
import { useInstrument, useTicker } from "../../data/use-market.ts";
import { formatPrice } from "../../ui/format.ts";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { lazyPart, warmUpParts } from "../../ui/lazy-part.tsx";
import { Skeleton } from "../../ui/panel.tsx";
import { panelSize } from "../../ui/splitter.tsx";
import { useLayout } from "../../ui/use-media.ts";
import { ModeBorder } from "../account-mode/mode-marks.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { useAccount } from "../../data/use-account.ts";
import { ExchangeBanner } from "../exchange/exchange-banner.tsx";
import { useKeyboard } from "../command-palette/keyboard.ts";
import { ConnectionLine } from "../connection/connection-dot.tsx";
import { FirstSteps } from "../first-run/first-steps.tsx";
import { Toasts } from "../toasts/toasts.tsx";
import { useEventNotices } from "../toasts/use-event-notices.ts";
import { TopBar } from "../top-bar/top-bar.tsx";
import { DESK_SIZES } from "./desk-sizes.ts";
import { Navigation } from "./navigation.tsx";
import { useCommands } from "./use-commands.ts";
import { tradeUrl, usePlace } from "./use-place.ts";

// Nothing of them is needed before the first key or press.
const CommandPalette = lazyPart(async () => (await import("../command-palette/command-palette.tsx")).CommandPalette);
const KeyHelp = lazyPart(async () => (await import("../command-palette/key-help.tsx")).KeyHelp);
const SessionExpired = lazyPart(async () => (await import("../sign-in/session-expired.tsx")).SessionExpired);
const SymbolSearch = lazyPart(async () => (await import("../symbol-switcher/symbol-search.tsx")).SymbolSearch);

const TIME_AXIS = 28;
const MARGIN = 12;

type Overlay = "palette" | "symbols" | "keys" | "stop" | null;

/** Everything around a page: bars, overlays, keys, toasts. It stays while pages come and go. */
export function Frame(props: ParentProps): JSX.Element {
  const { session } = useStores();
  const layout = useLayout();
  const place = usePlace();
  const location = useLocation();
  const navigate = useNavigate();
  const desk = createDesk({ ...place, usesSheet: () => layout() === "phone" });
  const [overlay, setOverlay] = createSignal<Overlay>(null);
  const close = (): void => {
    setOverlay(null);
  };
  const orderOn = (side: "buy" | "sell") => (): void => {
    if (session.user() === null) {
      return;
    }
    if (!location.pathname.startsWith("/trade")) {
      navigate(tradeUrl(desk.symbol(), desk.timeframe()));
    }
    desk.focusOrderForm(side);
  };
  /** On the desk toasts stand over the chart, above its time axis and the lists under it. */
  const toastsBottom = (): number =>
    location.pathname.startsWith("/trade") ? panelSize("lists", DESK_SIZES.lists) + TIME_AXIS + MARGIN : MARGIN;
  const askAssistant = (): void => {
    if (session.user() !== null) {
      if (!location.pathname.startsWith("/trade")) {
        navigate("/assistant");
      }
      desk.focusAssistant();
    }
  };
  useKeyboard({
    buy: orderOn("buy"),
    sell: orderOn("sell"),
    askAssistant,
    searchSymbols: () => setOverlay("symbols"),
    openPalette: () => setOverlay("palette"),
    showKeys: () => setOverlay("keys"),
  });
  useEventNotices();
  useWarmUp();
  useTitle(desk.symbol);
  const commands = useCommands(
    { ...desk, focusOrderForm: (side) => orderOn(side ?? "buy")() },
    {
      showKeys: () => setOverlay("keys"),
      openStop: () => setOverlay("stop"),
      searchSymbols: () => setOverlay("symbols"),
    },
  );

  return (
    <DeskContext.Provider value={desk}>
      <div class="flex h-dvh min-h-0 flex-col">
        <a
          href="#page"
          class="sr-only focus:not-sr-only focus:absolute focus:z-80 focus:bg-panel focus:px-3 focus:py-2"
          onClick={(event) => {
            event.preventDefault();
            document.getElementById("page")?.focus();
          }}
        >
          Skip to the page
        </a>
        <TopBar
          layout={layout()}
          onSearchSymbols={() => setOverlay("symbols")}
          isStopOpen={overlay() === "stop"}
          onStopOpenChange={(isOpen) => setOverlay(isOpen ? "stop" : null)}
        />
        <ConnectionLine />
        <ExchangeBanner />
        <Show when={session.state().type === "signed-in"}>
          <FirstSteps onOrder={orderOn("buy")} onAsk={askAssistant} />
        </Show>
        <div class="flex min-h-0 flex-1">
          <Show when={layout() !== "phone"}>
            <Navigation isPhone={false} />
          </Show>
          <main id="page" tabindex="-1" class="flex min-h-0 min-w-0 flex-1 flex-col outline-none">
            <ErrorBoundary fallback={(error: unknown) => <Broken error={error} />}>
              <Suspense fallback={<Skeleton rows={12} />}>{props.children}</Suspense>
            </ErrorBoundary>
          </main>
        </div>
        <Show when={layout() === "phone"}>
          <Navigation isPhone />
        </Show>
      </div>
      <Switch>
        <Match when={overlay() === "symbols"}>
          <SymbolSearch open onClose={close} />
        </Match>
        <Match when={overlay() === "palette"}>
          <CommandPalette open onClose={close} commands={commands()} onSymbol={desk.setSymbol} />
        </Match>
        <Match when={overlay() === "keys"}>
          <KeyHelp open onClose={close} />
        </Match>
      </Switch>
      <Show when={session.state().type === "expired"}>
        <SessionExpired />
      </Show>
      <ModeBorder />
      <Toasts isPhone={layout() === "phone"} bottom={toastsBottom()} />
    </DeskContext.Provider>
  );
}

/** The tab says which page it is, the desk also its last price, once a second; and KRAKEN first where money is real. */
function useTitle(symbol: () => string): void {
  const location = useLocation();
  const ticker = useTicker(symbol);
  const instrument = useInstrument(symbol);
  const account = useAccount();
  const now = createNow(1_000);
  const names: Record<string, string> = {
    assistant: "Assistant",
    history: "History",
    settings: "Settings",
    "sign-in": "Sign in",
    "sign-up": "Sign up",
  };
  createEffect(() => {
    now();
    const name = names[location.pathname.split("/")[1] ?? ""];
    const last = untrack(ticker)?.last ?? null;
    const price = last === null ? "" : `${formatPrice(last, untrack(instrument)?.priceDecimals)} `;
    const isReal = isKraken(account());
    document.title = `${isReal ? "KRAKEN · " : ""}${name ?? `${price}${symbol()}`} · TradeWithAI`;
    showFavicon(isReal);
  });
}

/** The tab's picture has a ring in the colour of real money while a Kraken account is on screen. */
function showFavicon(isReal: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const wanted = isReal ? "/favicon-kraken.svg" : "/favicon.svg";
  if (link !== null && link.getAttribute("href") !== wanted) {
    link.setAttribute("href", wanted);
  }
}

/** Fetches what opens over the page at the first sign of a hand, so that it opens at once and costs nothing before. */
function useWarmUp(): void {
  onMount(() => {
    for (const type of ["pointermove", "pointerdown", "keydown"]) {
      addEventListener(type, warmUpParts, { once: true, passive: true });
    }
  });
  onCleanup(() => {
    for (const type of ["pointermove", "pointerdown", "keydown"]) {
      removeEventListener(type, warmUpParts);
    }
  });
}

/** A bug, said plainly. Money is safe: it lives on the desk's side. */
function Broken(props: { error: unknown }): JSX.Element {
  onMount(() => console.error("A page failed.", props.error));
  return (
    <div class="flex flex-1 flex-col items-center justify-center gap-3 p-6 text-center" role="alert">
      <p class="max-w-96">This page failed to draw. Your orders and positions are not touched by it.</p>
      <Button tone="primary" onClick={() => window.location.reload()}>
        Reload the page
      </Button>
    </div>
  );
}
