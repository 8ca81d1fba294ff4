/** Where the keyboard is in the book, and where an arrow takes it: one column of rows with the spread in the middle. */

export type BookPlace = { readonly side: "bid" | "ask"; readonly index: number };

const PAGE = 10;

/** The place after a key, or null when the key does not move. Counts are the rows that are drawn per side. */
export function movedPlace(
  place: BookPlace,
  key: string,
  counts: { readonly bid: number; readonly ask: number },
): BookPlace | null {
  const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE, PageDown: PAGE }[key];
  if (steps === undefined) {
    return null;
  }
  // A line of places from the dearest ask (negative) over the best ask (−1) and the best bid (0) to the cheapest bid.
  const line = (place.side === "bid" ? place.index : -1 - place.index) + steps;
  const bounded = Math.max(-counts.ask, Math.min(counts.bid - 1, line));
  return bounded < 0 ? { side: "ask", index: -1 - bounded } : { side: "bid", index: bounded };
}
