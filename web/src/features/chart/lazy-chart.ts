import { lazy } from "solid-js";

/** The chart in a chunk of its own: its library is as large as the rest of the page. */
export const ChartPanel = lazy(async () => ({ default: (await import("./chart-panel.tsx")).ChartPanel }));
