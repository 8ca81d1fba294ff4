/** Sizes of the desk's panels in CSS pixels. The frame needs them too: toasts stand above the lists. */
export const DESK_SIZES = {
  book: { minimum: 220, maximum: 480, initial: 280 },
  assistant: { minimum: 280, maximum: 720, initial: 380 },
  form: { minimum: 280, maximum: 480, initial: 320 },
  lists: { minimum: 120, maximum: 640, initial: 224 },
  // Titles, spread and 15 rows a side.
  bookHeight: { minimum: 240, maximum: 1_400, initial: 688 },
} as const;

/** Under this height 15 levels a side and the trades have no room under each other: the trades become a tab. */
export const TRADES_BELOW_BOOK = "(min-height: 870px)";
