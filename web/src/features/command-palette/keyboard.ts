/** The keyboard map of the desk. Keys without a modifier mean nothing while something is typed or a dialog is open. */
import { onCleanup } from "solid-js";

export type KeyActions = {
  readonly buy: () => void;
  readonly sell: () => void;
  readonly askAssistant: () => void;
  readonly searchSymbols: () => void;
  readonly openPalette: () => void;
  readonly showKeys: () => void;
};

export const KEYS: readonly { readonly keys: string; readonly meaning: string }[] = [
  { keys: "b", meaning: "Open the order form to buy" },
  { keys: "s", meaning: "Open the order form to sell" },
  { keys: "↑ ↓", meaning: "Step the price or size in a field; with Shift ten steps" },
  { keys: "Enter", meaning: "Submit the form that has the focus" },
  { keys: "Esc", meaning: "Leave a field, close a dialog" },
  { keys: "/", meaning: "Ask the assistant" },
  { keys: "p", meaning: "Search a pair" },
  { keys: "k or Ctrl+K", meaning: "Command palette: pairs, pages, actions" },
  { keys: "?", meaning: "Show these keys" },
];

/** Listens while the owner lives. */
export function useKeyboard(actions: KeyActions): void {
  const handleKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) {
      return;
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      actions.openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (isTyping(target)) {
      if (event.key === "Escape" && !isInDialog(target)) {
        target?.blur();
      }
      return;
    }
    const action = isDialogOpen() ? undefined : actionOf(event.key, actions);
    if (action !== undefined) {
      event.preventDefault();
      action();
    }
  };
  document.addEventListener("keydown", handleKeyDown);
  onCleanup(() => document.removeEventListener("keydown", handleKeyDown));
}

function actionOf(key: string, actions: KeyActions): (() => void) | undefined {
  switch (key) {
    case "b":
      return actions.buy;
    case "s":
      return actions.sell;
    case "/":
      return actions.askAssistant;
    case "p":
      return actions.searchSymbols;
    case "k":
      return actions.openPalette;
    case "?":
      return actions.showKeys;
    default:
      return undefined;
  }
}

function isTyping(element: HTMLElement | null): boolean {
  return element !== null && (element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName));
}

function isInDialog(element: HTMLElement | null): boolean {
  return element?.closest('[role="dialog"]') !== null;
}

function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
}
