/**
 * What a trader chose about the desk itself, kept in localStorage. Storage is an edge: what comes out of it is checked, and
 * a field that does not fit falls back to its default alone.
 */
import { createStore } from "solid-js/store";
import { z } from "zod";
import { timeframe } from "../../../contract/markets.ts";
import { symbolText } from "../../../contract/symbols.ts";

export const PREFERENCES_KEY = "tradewithai.preferences";

const THEMES = ["system", "dark", "light"] as const;
const PAIRS = ["standard", "colour-blind"] as const;

const shape = z.object({
  theme: z.enum(THEMES).catch("system"),
  /** "local", "UTC" or an IANA name: the zone of every time on screen. */
  zone: z.string().max(64).catch("local"),
  /** Swapped: red is up. */
  upColour: z.enum(["normal", "swapped"]).catch("normal"),
  colourPair: z.enum(PAIRS).catch("standard"),
  /** Ask once more before a paper order is sent. */
  confirmOrders: z.boolean().catch(true),
  confirmCloses: z.boolean().catch(true),
  flashChanges: z.boolean().catch(true),
  timeframe: timeframe.catch("15m"),
  symbol: symbolText.catch("BTC/USD"),
  watched: z.array(symbolText).max(50).catch(["BTC/USD", "ETH/USD"]),
  /** Null: the first one. */
  activeAccountId: z.string().max(64).nullable().catch(null),
  /** Sizes of resizable panels in CSS pixels, by name. */
  panelSizes: z.record(z.string(), z.number().min(0).max(10_000)).catch(() => ({})),
  firstStepsClosed: z.boolean().catch(false),
  /** Steps of the strip that were seen done, by account. */
  firstStepsDone: z.array(z.string().max(80)).max(200).catch([]),
  /** Whatever a panel wants to keep: a chosen tab, a grouping step. Values are text. */
  panels: z.record(z.string(), z.string().max(200)).catch(() => ({})),
});

export type Preferences = z.infer<typeof shape>;
export type ThemeChoice = Preferences["theme"];

export const DEFAULT_PREFERENCES: Preferences = shape.parse({});

/** `preferences` is reactive: read its fields where they are used. */
const [preferences, setStored] = createStore<Preferences>(readPreferences());
export { preferences };

/** Changes some preferences, shows them at once and keeps them. */
export function changePreferences(change: Partial<Preferences>): void {
  setStored(change);
  applyToDocument();
  write();
}

export function changePanelSize(name: string, pixels: number): void {
  setStored("panelSizes", name, Math.round(pixels));
  write();
}

/** A panel's own remembered choice, or `fallback`. */
export function panelChoice(name: string, fallback: string): string {
  return preferences.panels[name] ?? fallback;
}

export function changePanelChoice(name: string, value: string): void {
  setStored("panels", name, value);
  write();
}

export function toggleWatched(symbol: string): void {
  const watched = preferences.watched;
  changePreferences({
    watched: watched.includes(symbol) ? watched.filter((other) => other !== symbol) : [...watched, symbol],
  });
}

/** Sets the attributes that the stylesheet reads. Called once at start and by every change. */
export function applyToDocument(): void {
  const { dataset } = document.documentElement;
  if (preferences.theme === "system") {
    delete dataset["theme"];
  } else {
    dataset["theme"] = preferences.theme;
  }
  dataset["pair"] = preferences.colourPair;
  dataset["up"] = preferences.upColour;
  dataset["flash"] = preferences.flashChanges ? "on" : "off";
}

/** Another tab changed them. Returns a disposer. */
export function makePreferencesSync(): () => void {
  const handleStorage = (event: StorageEvent): void => {
    if (event.key === PREFERENCES_KEY) {
      setStored(readPreferences());
      applyToDocument();
    }
  };
  addEventListener("storage", handleStorage);
  return () => removeEventListener("storage", handleStorage);
}

/** Forgets everything: used when a trader deletes all data. */
export function resetPreferences(): void {
  // Parsed anew: the store writes into the records that it is given.
  setStored(shape.parse({}));
  applyToDocument();
  write();
}

function readPreferences(): Preferences {
  try {
    return shape.parse(JSON.parse(localStorage.getItem(PREFERENCES_KEY) ?? "{}"));
  } catch (error) {
    console.warn("Stored preferences are unreadable and were left aside.", error);
    return shape.parse({});
  }
}

function write(): void {
  try {
    localStorage.setItem(PREFERENCES_KEY, JSON.stringify(preferences));
  } catch (error) {
    console.warn("Preferences could not be kept; they last until the page is closed.", error);
  }
}
