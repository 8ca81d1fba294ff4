import { describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent, liftEvent } from "./journal-codec.ts";
import { decimal } from "../../domain/decimal.ts";
import { DEFAULT_RISK } from "../../domain/risk/settings.ts";

describe("events as journal rows", () => {
  it("come back as they were", () => {
    const event = { type: "deposited", time: 1, marketTime: 2, asset: "USD", amount: decimal("0.5") } as const;
    const { version, data } = encodeEvent(event);
    expect(JSON.parse(data)).not.toHaveProperty("type");
    expect(decodeEvent({ type: event.type, version, data })).toEqual(event);
  });

  it("are lifted one version at a time", () => {
    const upcasters = {
      1: (_type: string, data: Readonly<Record<string, unknown>>) => ({ ...data, marketTime: data.time }),
      2: (type: string, data: Readonly<Record<string, unknown>>) => ({ ...data, lifted: type }),
    };
    expect(liftEvent("deposited", { time: 7 }, 1, 3, upcasters)).toEqual({
      time: 7,
      marketTime: 7,
      lifted: "deposited",
    });
    expect(liftEvent("deposited", { time: 7 }, 3, 3, upcasters)).toEqual({ time: 7 });
  });

  it("of a version that nothing lifts, or that is newer than the code, are refused", () => {
    expect(() => liftEvent("deposited", {}, 1, 2, {})).toThrow("nothing lifts deposited from version 1");
    expect(() => liftEvent("deposited", {}, 3, 2, {})).toThrow("version 3");
  });

  it("of version 2 get the rules that the account's limits did not know", () => {
    const limits = { maximumOrderValue: "500", ordersPerMinute: 7 };
    const opened = decodeEvent({ type: "account_opened", version: 2, data: JSON.stringify({ limits }) });
    expect(opened).toMatchObject({ limits: { ...DEFAULT_RISK, ...limits } });
    const unchanged = decodeEvent({ type: "settings_changed", version: 2, data: JSON.stringify({ limits: null }) });
    expect(unchanged).toMatchObject({ limits: null });
    const changed = decodeEvent({ type: "settings_changed", version: 2, data: JSON.stringify({ limits }) });
    expect(changed).toMatchObject({ limits: { maximumOrderValue: "500", drawdownPercent: "20" } });
  });
});
