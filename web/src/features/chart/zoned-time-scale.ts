/**
 * The time axis in the trader's zone. Data stays UTC; what is local is where a day begins on the axis and what is written.
 * (The library marks days at UTC midnight, which in New York would label seven in the evening as a new day.)
 */
import {
  defaultHorzScaleBehavior,
  type Mutable,
  type TickMark,
  type Time,
  type TimeScalePoint,
} from "lightweight-charts";
import { chartTime } from "./chart-data.ts";
import { axisLabel, wallClockSeconds, type AxisUnit } from "./zone-labels.ts";

const TimeScale = defaultHorzScaleBehavior();

// The library's weights of time marks (TickMarkWeight), which it keeps to itself.
const YEAR = 70;
const MONTH = 60;
const DAY = 50;

export class ZonedTimeScale extends TimeScale {
  #zone: string;

  constructor(zone: string) {
    super();
    this.#zone = zone;
  }

  /** Labels follow at the next drawing of the axis; day marks when the data is set again. */
  setZone(zone: string): void {
    this.#zone = zone;
  }

  get zone(): string {
    return this.#zone;
  }

  override fillWeightsForPoints(points: readonly Mutable<TimeScalePoint>[], startIndex: number): void {
    // Weights compare a point with the one before it: that one is all that is needed of what stands already.
    const first = Math.max(0, startIndex - 1);
    const local = points.slice(first).map((point) => ({
      timeWeight: point.timeWeight,
      originalTime: point.originalTime,
      time: this.convertHorzItemToInternal(this.#localTime(point.originalTime)),
    }));
    super.fillWeightsForPoints(local, startIndex - first);
    for (const [index, weighed] of local.entries()) {
      const point = points[first + index];
      if (point !== undefined) {
        point.timeWeight = weighed.timeWeight;
      }
    }
  }

  override formatTickmark(mark: TickMark): string {
    return axisLabel(seconds(mark.originalTime) * 1000, unitOf(mark.weight), this.#zone);
  }

  override shouldResetTickmarkLabels(): boolean {
    // A label depends on the zone, so none may be remembered from before a change of it.
    return true;
  }

  #localTime(time: unknown): Time {
    const moment = seconds(time);
    return chartTime(wallClockSeconds(moment, this.#zone) * 1000);
  }
}

function unitOf(weight: number): AxisUnit {
  if (weight >= YEAR) {
    return "year";
  }
  if (weight >= MONTH) {
    return "month";
  }
  return weight >= DAY ? "day" : "time";
}

function seconds(time: unknown): number {
  return typeof time === "number" ? time : 0;
}
