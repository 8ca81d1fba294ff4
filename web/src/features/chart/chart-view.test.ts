import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decimal, wholeNumber } from "../../../../domain/decimal.ts";
import type { Candle, Instrument } from "../../../../domain/market.ts";
import { makeChartView, type ChartView } from "./chart-view.ts";
import { NO_PLACES, type LinePlaces } from "./line-places.ts";

const instrument: Instrument = {
  symbol: "BTC/USD",
  restName: "XXBTZUSD",
  base: "BTC",
  quote: "USD",
  priceDecimals: 1,
  tickSize: decimal("0.1"),
  quantityDecimals: 8,
  baseDecimals: 10,
  quoteDecimals: 4,
  costDecimals: 5,
  minimumQuantity: decimal("0.0001"),
  minimumCost: decimal("0.5"),
  status: "online",
};

function candles(count: number, from = 1000): Candle[] {
  return Array.from({ length: count }, (_, index) => ({
    time: (from + index) * 60_000,
    open: wholeNumber(100 + (index % 7)),
    high: wholeNumber(110),
    low: wholeNumber(90),
    close: wholeNumber(100 + ((index + 1) % 7)),
    volume: decimal("2"),
    trades: 1,
    closed: true,
  }));
}

let host: HTMLElement;
let view: ChartView;
let nearOldest: number;
let moves: { id: string; price: string }[];
let places: LinePlaces;

beforeEach(() => {
  host = document.createElement("div");
  host.style.cssText = "width: 640px; height: 400px; --up: rgb(0 200 0); --down: rgb(200 0 0)";
  document.body.append(host);
  nearOldest = 0;
  moves = [];
  places = NO_PLACES;
  view = makeChartView(host, "UTC", {
    onCrosshair: () => undefined,
    onNearOldest: () => {
      nearOldest += 1;
    },
    onEdges: () => undefined,
    onLineMoved: (move) => moves.push(move),
    onAlertPlaces: (next) => {
      places = next;
    },
  });
});

afterEach(() => {
  view.remove();
  host.remove();
});

async function painted(): Promise<void> {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

/** Pixels of the chart that are (nearly) of a colour. */
function pixels(red: number, green: number, blue: number): number {
  let count = 0;
  for (const canvas of host.querySelectorAll("canvas")) {
    const context = canvas.getContext("2d");
    const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
    for (let index = 0; index < data.length; index += 4) {
      const near = (at: number, wanted: number): boolean => Math.abs((data[index + at] ?? 0) - wanted) < 12;
      if (near(0, red) && near(1, green) && near(2, blue)) {
        count += 1;
      }
    }
  }
  return count;
}

describe("the chart", () => {
  it("draws candles in the colours of the theme and follows a change of theme without being made again", async () => {
    view.show({ instrument, timeframe: "1m", candles: candles(200) });
    await painted();
    const canvas = host.querySelector("canvas");
    expect(pixels(0, 200, 0)).toBeGreaterThan(100);
    host.style.setProperty("--up", "rgb(0 0 250)");
    view.refreshColours();
    await painted();
    expect(pixels(0, 200, 0)).toBe(0);
    expect(pixels(0, 0, 250)).toBeGreaterThan(100);
    expect(host.querySelector("canvas")).toBe(canvas);
  });

  it("keeps its canvas when the symbol changes", async () => {
    view.show({ instrument, timeframe: "1m", candles: candles(50) });
    const canvas = host.querySelector("canvas");
    view.show({
      instrument: { ...instrument, symbol: "ETH/USD", priceDecimals: 2 },
      timeframe: "5m",
      candles: candles(80),
    });
    view.setZone("America/New_York");
    await painted();
    expect(host.querySelector("canvas")).toBe(canvas);
  });

  it("asks for older candles when the view reaches the oldest ones", async () => {
    view.show({ instrument, timeframe: "1m", candles: candles(400) });
    await painted();
    expect(nearOldest).toBe(0);
    view.show({ instrument, timeframe: "5m", candles: candles(30) });
    await painted();
    expect(nearOldest).toBeGreaterThan(0);
  });

  it("lets an order line be dragged to another tick, and proposes a price without changing the line", async () => {
    view.show({ instrument, timeframe: "1m", candles: candles(200) });
    view.showOrders([{ id: "o1", side: "buy", price: decimal("100"), label: "Buy 1" }]);
    await painted();
    const box = host.getBoundingClientRect();
    const at = (type: string, y: number): void => {
      const event = new PointerEvent(type, {
        clientX: box.left + 100,
        clientY: box.top + y,
        button: 0,
        pointerId: 1,
        bubbles: true,
      });
      host.dispatchEvent(event);
    };
    host.setPointerCapture = () => undefined;
    let lineY = 0;
    for (let y = 0; y < box.height && lineY === 0; y++) {
      at("pointermove", y);
      lineY = host.style.cursor === "ns-resize" ? y + 6 : 0;
    }
    expect(lineY).toBeGreaterThan(0);
    at("pointerdown", lineY);
    at("pointermove", lineY + 40);
    at("pointerup", lineY + 40);
    expect(moves).toHaveLength(1);
    expect(moves[0]?.id).toBe("o1");
    expect(Number(moves[0]?.price)).toBeLessThan(100);
    expect(moves[0]?.price).toMatch(/^\d+(\.\d)?$/);
  });

  it("tells where the lines of alerts lie, also while one is dragged by its mark, and that one has left", async () => {
    const alert = { id: "alert/1", side: "buy", tone: "alert", price: decimal("100"), label: "" } as const;
    view.show({ instrument, timeframe: "1m", candles: candles(200) });
    view.showOrders([{ id: "o1", side: "buy", price: decimal("101"), label: "Buy 1" }, alert]);
    await painted();
    expect(places.lines).toMatchObject([{ id: "alert/1" }]);
    expect(places.right).toBeGreaterThan(20);
    const y = places.lines[0]?.y ?? 0;
    expect(Math.abs(Number(view.priceAt(y)) - 100)).toBeLessThan(0.2);
    expect(view.lineAt(y)?.id).toBe("alert/1");

    // Its mark is higher than the line can be reached from.
    const mark = document.createElement("span");
    mark.setAttribute("data-line", "alert/1");
    host.append(mark);
    host.setPointerCapture = () => undefined;
    const top = host.getBoundingClientRect().top;
    const at = (type: string, clientY: number): void => {
      mark.dispatchEvent(new PointerEvent(type, { clientX: 600, clientY, button: 0, pointerId: 1, bubbles: true }));
    };
    at("pointerdown", top + y - 9);
    at("pointermove", top + y + 30);
    await painted();
    expect(places.lines[0]?.y).toBeGreaterThan(y + 20);
    at("pointerup", top + y + 30);
    expect(moves).toMatchObject([{ id: "alert/1" }]);
    expect(Number(moves[0]?.price)).toBeLessThan(100);
    await painted();
    expect(places.lines[0]?.y).toBe(y);

    view.showOrders([]);
    await painted();
    expect(places).toEqual(NO_PLACES);
  });
});
