import { preferences } from "../../data/preferences.ts";

const FLASH_MS = 150;

/** Lights an element up for 150 ms. Off when the trader or the system wants no motion. */
export function flashElement(element: HTMLElement | null): void {
  if (element !== null && preferences.flashChanges && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    element.animate([{ backgroundColor: "var(--accent-soft)" }, { backgroundColor: "transparent" }], FLASH_MS);
  }
}
