import { afterEach, describe, expect, it, vi } from "vitest";
import {
  DEFAULT_PREFERENCES,
  PREFERENCES_KEY,
  changePanelChoice,
  changePanelSize,
  changePreferences,
  makePreferencesSync,
  panelChoice,
  preferences,
  resetPreferences,
  toggleWatched,
} from "./preferences.ts";

afterEach(() => resetPreferences());

function stored(): unknown {
  return JSON.parse(localStorage.getItem(PREFERENCES_KEY) ?? "null");
}

describe("preferences", () => {
  it("are kept and put on the document at once", () => {
    changePreferences({ theme: "light", upColour: "swapped", colourPair: "colour-blind" });
    expect(document.documentElement.dataset).toMatchObject({ theme: "light", up: "swapped", pair: "colour-blind" });
    expect(stored()).toMatchObject({ theme: "light", upColour: "swapped" });
    changePreferences({ theme: "system" });
    expect(document.documentElement.dataset["theme"]).toBeUndefined();
  });

  it("remember panels and watched pairs", () => {
    changePanelSize("book", 301.6);
    changePanelChoice("tab", "orders");
    toggleWatched("SOL/USD");
    toggleWatched("BTC/USD");
    expect(preferences.panelSizes["book"]).toBe(302);
    expect(panelChoice("tab", "x")).toBe("orders");
    expect(panelChoice("other", "x")).toBe("x");
    expect(preferences.watched).toEqual(["ETH/USD", "SOL/USD"]);
  });

  it("follow another tab, and lose only the field that is broken", () => {
    const warning = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const stop = makePreferencesSync();
    localStorage.setItem(PREFERENCES_KEY, JSON.stringify({ theme: "dark", timeframe: "7m", watched: ["nonsense"] }));
    window.dispatchEvent(new StorageEvent("storage", { key: PREFERENCES_KEY }));
    expect(preferences.theme).toBe("dark");
    expect(preferences.timeframe).toBe(DEFAULT_PREFERENCES.timeframe);
    expect(preferences.watched).toEqual(DEFAULT_PREFERENCES.watched);

    localStorage.setItem(PREFERENCES_KEY, "{broken");
    window.dispatchEvent(new StorageEvent("storage", { key: PREFERENCES_KEY }));
    expect(preferences.theme).toBe("system");
    expect(warning).toHaveBeenCalled();
    stop();
    warning.mockRestore();
  });
});
