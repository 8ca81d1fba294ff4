import { describe, expect, it } from "vitest";
import { decimal as d } from "../decimal.ts";
import type { Order } from "../orders/order.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import { evened, isThorough, nextLookAt, settled, showsAll, withStop } from "./carried-stop.ts";

const AT = 1_000_000;

/** A bid for two of which `filled` was filled at AT; nothing of its stops was seen. */
function entry(filled: string): Order {
  const desk = new VenueDesk();
  const id = desk.open({
    side: "buy",
    quantity: d("2"),
    limitPrice: d("100"),
    stop: { type: "price", price: d("95") },
  });
  return evened({ ...desk.order(id), filledQuantity: d(filled) }, AT, AT - 40);
}

function look(ageMs: number, more: Partial<Parameters<typeof showsAll>[1]> = {}) {
  return { readAt: AT + ageMs, filled: d("2"), hasEnded: false, ...more };
}

describe("an entry whose fill and stop are not even", () => {
  it("is looked at soon, and ever more seldom, never more than half a minute apart", () => {
    const order = entry("2");
    const ages: number[] = [];
    for (let lookedAt: number | null = null; ages.length < 12;) {
      lookedAt = nextLookAt(order, lookedAt);
      ages.push(lookedAt - AT);
    }
    expect(ages.slice(0, 6)).toEqual([250, 1_250, 3_000, 6_000, 10_000, 15_000]);
    const pauses = ages.slice(1).map((age, index) => age - (ages[index] ?? 0));
    expect(Math.max(...pauses)).toBe(30_000);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
  });

  it("is looked at anew when it changes", () => {
    const changed = evened({ ...entry("1"), filledQuantity: d("2") }, AT + 60_000, AT + 59_000);
    expect(nextLookAt(changed, AT + 50_000)).toBe(AT + 60_250);
    expect(changed.carriedStop).toMatchObject({ unevenSince: AT, filledFrom: AT - 40 });
  });

  it("reads what has ended from a second on", () => {
    expect([250, 999, 1_000].map((age) => isThorough(entry("2"), AT + age))).toEqual([false, false, true]);
  });

  it.each<[string, number, Partial<Parameters<typeof showsAll>[1]>, boolean]>([
    ["10 s after the fill", 10_000, {}, true],
    ["sooner", 9_999, {}, false],
    ["3 s after it where it shows the entry as ended", 3_000, { hasEnded: true }, true],
    ["sooner, also there", 2_999, { hasEnded: true }, false],
    ["late, and showed less than is booked", 60_000, { filled: d("1") }, false],
    ["late, and showed more than is booked", 60_000, { filled: d("2.5") }, false],
  ])("a look that began %s", (_, age, more, shows) => {
    expect(showsAll(entry("2"), look(age, more))).toBe(shows);
  });

  it("with more stops than fills waits for the fill, not for ten seconds", () => {
    const order = withStop(entry("1"), d("2"), AT);
    expect(showsAll(order, look(59_999, { filled: d("1") }))).toBe(false);
    expect(showsAll(order, look(60_000, { filled: d("1") }))).toBe(true);
  });
});

describe("a stop that turns up after a look did not find it", () => {
  it("is for what that look did not find, and makes nothing uneven", () => {
    const order = withStop(settled(entry("2"), d("2")), d("2"), AT + 20_000);
    expect(order.carriedStop).toMatchObject({ made: "2", notMade: "0", unevenSince: null });
  });

  it("counts for the next fill where that has none yet", () => {
    const next = evened({ ...settled(entry("1"), d("1")), filledQuantity: d("2") }, AT + 20_000);
    expect(withStop(next, d("1"), AT + 20_100).carriedStop).toMatchObject({ made: "2", unevenSince: null });
  });
});
