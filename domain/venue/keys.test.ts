import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeKey, KEY_PERMISSION_FACTS, KEY_SLOTS, type KeyFindings } from "./keys.ts";
import { KEY_PERMISSIONS, type KeyPermission } from "./wishes.ts";

const READING: readonly KeyPermission[] = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger"];
const TRADING: readonly KeyPermission[] = [...READING, "modify-trades", "close-trades", "create-ws-token"];

function findings(granted: readonly KeyPermission[], changes: Partial<KeyFindings["permissions"]> = {}): KeyFindings {
  const has = (permission: KeyPermission): boolean => granted.includes(permission);
  const permissions = {
    "query-funds": has("query-funds"),
    "query-open-trades": has("query-open-trades"),
    "query-closed-trades": has("query-closed-trades"),
    "query-ledger": has("query-ledger"),
    "modify-trades": has("modify-trades"),
    "close-trades": has("close-trades"),
    "create-ws-token": has("create-ws-token"),
    "withdraw-funds": has("withdraw-funds"),
    ...changes,
  };
  return { name: "desk", source: "told", permissions };
}

function refusalOf(result: ReturnType<typeof judgeKey>) {
  return result.ok ? null : result.error;
}

describe("a key", () => {
  it("that can do all that is needed and cannot withdraw is taken for trading", () => {
    expect(judgeKey("trading", findings(TRADING), false)).toMatchObject({ ok: true });
  });

  it("that can only read is taken for history", () => {
    expect(judgeKey("history", findings(READING), false)).toMatchObject({ ok: true });
    expect(judgeKey("history", findings(["query-closed-trades", "query-ledger"]), false)).toMatchObject({ ok: true });
  });

  it("that can withdraw is refused for everything, with the way to mend it", () => {
    for (const slot of KEY_SLOTS) {
      const refusal = refusalOf(judgeKey(slot, findings([...TRADING, "withdraw-funds"]), true));
      expect(refusal).toMatchObject({ code: "KEY_CAN_WITHDRAW" });
      expect(refusal?.message).toMatch(/untick “Withdraw funds”.*connect again/);
    }
  });

  it("that lacks permissions is refused with each of them and what it prevents", () => {
    const refusal = refusalOf(judgeKey("trading", findings(["query-funds", "query-ledger"]), false));
    expect(refusal?.code).toBe("KEY_LACKS_PERMISSION");
    expect(Object.keys(refusal?.details ?? {})).toEqual([
      "query-open-trades",
      "query-closed-trades",
      "modify-trades",
      "close-trades",
      "create-ws-token",
    ]);
    expect(refusal?.message).toContain("placing and changing orders");
    expect(refusal?.message).toContain("“Create & modify orders”");
  });

  it("for history that could trade is refused", () => {
    expect(refusalOf(judgeKey("history", findings(TRADING), false))).toMatchObject({
      code: "KEY_CAN_TRADE",
      details: { "modify-trades": "placing and changing orders", "close-trades": "cancelling orders" },
    });
  });

  it("of which nobody knows whether it can withdraw needs the user's word", () => {
    const unknown = findings(TRADING, { "withdraw-funds": null });
    expect(refusalOf(judgeKey("trading", unknown, false))).toMatchObject({ code: "KEY_UNCONFIRMED" });
    expect(judgeKey("trading", unknown, true)).toMatchObject({ ok: true });
  });

  it("is never taken with a forbidden permission or without a needed one, whatever else it has", () => {
    const permission = fc.constantFrom(true, false, null);
    const permissions = fc.record({
      "query-funds": permission,
      "query-open-trades": permission,
      "query-closed-trades": permission,
      "query-ledger": permission,
      "modify-trades": permission,
      "close-trades": permission,
      "create-ws-token": permission,
      "withdraw-funds": permission,
    });
    fc.assert(
      fc.property(permissions, fc.constantFrom(...KEY_SLOTS), fc.boolean(), (found, slot, confirmed) => {
        const taken = judgeKey(slot, { name: null, source: "tried", permissions: found }, confirmed).ok;
        const fits = KEY_PERMISSIONS.every((each) => {
          const wanted = KEY_PERMISSION_FACTS[each].wanted[slot];
          return wanted === "forbidden"
            ? found[each] === false || (found[each] === null && confirmed)
            : wanted === "optional" || found[each] !== false;
        });
        expect(taken).toBe(fits);
      }),
    );
  });
});
