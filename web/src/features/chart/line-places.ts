/** Where lines lie on the chart, told whenever a painting has moved them: for marks of the page that stand on them. */
import type { IPrimitivePaneView, ISeriesPrimitive, Time } from "lightweight-charts";

export type LinePlaces = {
  /** Only lines in view, by height in the chart. */
  readonly lines: readonly { readonly id: string; readonly y: number }[];
  /** Width of the price axis, which marks keep clear of. */
  readonly right: number;
};

export const NO_PLACES: LinePlaces = { lines: [], right: 0 };

/**
 * A part of the series that draws nothing: the library tells of no change of its price scale, but it asks every part to draw
 * once the scale is known.
 */
export function watchPlaces(options: {
  places(): LinePlaces["lines"];
  right(): number;
  onChange(places: LinePlaces): void;
}): ISeriesPrimitive<Time> {
  let told = JSON.stringify(NO_PLACES);
  const draw = (): void => {
    const lines = options.places();
    const places = lines.length === 0 ? NO_PLACES : { lines, right: options.right() };
    const text = JSON.stringify(places);
    if (text !== told) {
      told = text;
      options.onChange(places);
    }
  };
  const view: IPrimitivePaneView = { renderer: () => ({ draw }) };
  return { paneViews: () => [view] };
}
