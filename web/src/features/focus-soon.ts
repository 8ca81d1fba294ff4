/** Focuses an element once it stands in the page; selects the text of a field. */
export function focusSoon(element: HTMLElement): void {
  queueMicrotask(() => {
    element.focus();
    if (element instanceof HTMLInputElement) {
      element.select();
    }
  });
}
