import { useNavigate } from "@solidjs/router";
import { createMemo, type Accessor } from "solid-js";
import type { Desk } from "../../data/desk-context.tsx";
import { changePreferences, preferences, toggleWatched } from "../../data/preferences.ts";
import { useStores } from "../../data/stores.tsx";
import { useAccounts, useActiveAccountId } from "../../data/use-account.ts";
import { modeWord } from "../account-mode/mode-words.ts";
import type { Command } from "../command-palette/command-palette.tsx";
import { tradeUrl } from "./use-place.ts";

type Openers = { readonly showKeys: () => void; readonly openStop: () => void; readonly searchSymbols: () => void };

/** What the palette offers now: only what can be done now. */
export function useCommands(desk: Desk, openers: Openers): Accessor<readonly Command[]> {
  const { session } = useStores();
  const navigate = useNavigate();
  const accounts = useAccounts();
  const active = useActiveAccountId();
  return createMemo((): readonly Command[] => {
    const isSignedIn = session.user() !== null;
    const isWatched = preferences.watched.includes(desk.symbol());
    const isDark = preferences.theme !== "light";
    const trading: Command[] = [
      {
        id: "buy",
        label: `Buy ${desk.symbol()}`,
        group: "Actions",
        icon: "plus",
        key: "b",
        run: () => desk.focusOrderForm("buy"),
      },
      {
        id: "sell",
        label: `Sell ${desk.symbol()}`,
        group: "Actions",
        icon: "plus",
        key: "s",
        run: () => desk.focusOrderForm("sell"),
      },
      {
        id: "stop",
        label: "Stop: keep, protect or flatten",
        group: "Actions",
        icon: "stop",
        words: "panic kill cancel all sell everything",
        run: openers.openStop,
      },
    ];
    const pages: Command[] = [
      {
        id: "page-trade",
        label: "Trade",
        group: "Pages",
        icon: "trade",
        run: () => navigate(tradeUrl(desk.symbol(), desk.timeframe())),
      },
      {
        id: "page-assistant",
        label: "Assistant",
        group: "Pages",
        icon: "assistant",
        key: "/",
        words: "ask model chat",
        run: () => navigate("/assistant"),
      },
      {
        id: "page-history",
        label: "History",
        group: "Pages",
        icon: "history",
        words: "orders fills",
        run: () => navigate("/history"),
      },
      {
        id: "page-settings",
        label: "Settings",
        group: "Pages",
        icon: "settings",
        words: "theme password sessions limits",
        run: () => navigate("/settings"),
      },
    ];
    // The palette says paper or Kraken with each: nobody lands on real money by a name alone.
    const switches: Command[] = accounts()
      .filter((account) => account.id !== active())
      .map((account) => ({
        id: `account-${account.id}`,
        label: `Go to ${modeWord(account)} ${account.name}`,
        group: "Actions",
        icon: "user",
        words: "account switch",
        run: () => changePreferences({ activeAccountId: account.id }),
      }));
    return [
      ...(isSignedIn ? [...trading, ...switches] : []),
      {
        id: "watch",
        label: isWatched ? `Stop watching ${desk.symbol()}` : `Watch ${desk.symbol()}`,
        group: "Actions",
        icon: "star",
        run: () => toggleWatched(desk.symbol()),
      },
      { id: "search", label: "Search a pair", group: "Actions", icon: "search", key: "p", run: openers.searchSymbols },
      {
        id: "theme",
        label: isDark ? "Light theme" : "Dark theme",
        group: "Actions",
        icon: isDark ? "sun" : "moon",
        run: () => changePreferences({ theme: isDark ? "light" : "dark" }),
      },
      {
        id: "keys",
        label: "Show the keyboard map",
        group: "Actions",
        icon: "keyboard",
        key: "?",
        run: openers.showKeys,
      },
      ...pages,
    ];
  });
}
