/**
 * Focuses an element once it stands in the page and whatever opened it has taken its own first focus (a dialog focuses its
 * first control). Selects the text of a field.
 */
export function focusSoon(element: HTMLElement): void {
  requestAnimationFrame(() => {
    element.focus();
    if (element instanceof HTMLInputElement) {
      element.select();
    }
  });
}
