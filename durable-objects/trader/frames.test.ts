import { describe, expect, it } from "vitest";
import { evolve } from "../../domain/account/evolve.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { decimal as d } from "../../domain/decimal.ts";
import { restingStops } from "../../domain/protection/resting-stop.ts";
import { VenueDesk } from "../../domain/testing/venue-desk.ts";
import { eventFrames } from "./frames.ts";
import { accountView, positionViews } from "./views.ts";

/** What the frames of everything that `act` does leave a client with, who had the account before. */
function clientAfter(desk: VenueDesk, act: () => void) {
  const known = desk.events.length;
  const start = desk.state;
  act();
  let before: AccountState = start;
  let account = accountView(start);
  let positions = [...positionViews(start)];
  desk.events.slice(known).forEach((event, index) => {
    const seq = known + index + 1;
    const after = evolve(before, event, seq);
    for (const frame of eventFrames([{ seq, event, before, after, accountId: start.accountId }], "epoch")) {
      account = frame.type === "event" ? (frame.changes.account ?? account) : account;
      positions = frame.type === "event" ? (frame.changes.positions ?? positions) : positions;
    }
    before = after;
  });
  return { account, positions };
}

describe("the frames of an event", () => {
  it("bring positions when nothing but what protects them has changed", () => {
    const desk = new VenueDesk();
    const stop = { type: "price", price: d("95") } as const;
    const id = desk.open({ side: "buy", timeInForce: "ioc", quantity: d("2"), limitPrice: d("100"), stop });
    desk.book([desk.execution(id, "2", "100")]);
    const { id: stopId } = restingStops(desk.state, "BTC")[0] ?? { id: "" };
    desk.send(stopId);
    desk.accept(stopId);
    const target = { type: "price", price: d("110") } as const;
    const after = clientAfter(desk, () => desk.do({ type: "protect_position", asset: "BTC", target }));
    expect(after.positions[0]?.protection.target).toBe("110");
    expect(after.positions).toEqual(positionViews(desk.state));
  });

  it("bring the account when a halt could not tighten every stop yet", () => {
    const desk = new VenueDesk();
    desk.do({ type: "stop_trading", mode: "keep", alert: false, others: [] });
    const before = desk.state;
    const [halt] = Object.values(before.halts);
    expect(halt).toBeDefined();
    const times = { time: desk.now, marketTime: desk.now };
    const kind = halt?.kind ?? "drawdown";
    const event = { type: "stops_tightened", ...times, kind, pending: ["BTC"] } as const;
    const seq = desk.events.length + 1;
    const after = evolve(before, event, seq);
    const [frame] = eventFrames([{ seq, event, before, after, accountId: before.accountId }], "epoch");
    expect(accountView(after).halts).not.toEqual(accountView(before).halts);
    expect(frame?.type === "event" && frame.changes.account?.halts).toEqual(accountView(after).halts);
  });
});
