import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failureOf, fullCounter, LOCKOUT_MS, noAnswer, notUnderstood, type VenueAction } from "./errors.ts";
import type { VenueFailureClass } from "./failure.ts";

const NOW = 1_790_000_000_000;
const shared = process.env.TRADE_SHARED;

function classOf(text: string, action: VenueAction = "order"): VenueFailureClass {
  return failureOf([text], action, NOW).class;
}

/** PROTOCOL §4, row by row: N is refused, R wait, A ambiguous, X suspended. The last is how long to wait. */
const rows: readonly [text: string, of: VenueFailureClass, delaySeconds: number | null][] = [
  ["EAPI:Invalid key", "suspended", null],
  ["EAPI:Invalid signature", "suspended", null],
  ["EAPI:Invalid nonce", "wait", null],
  ["EAPI:Rate limit exceeded", "wait", 10],
  ["EAPI:Bad request", "refused", null],
  ["EAPI:Feature disabled", "refused", null],
  ["EGeneral:Permission denied", "suspended", null],
  ["EGeneral:Temporary lockout", "suspended", 900],
  ["EGeneral:Too many requests", "wait", 5],
  ["EGeneral:Unknown method", "refused", null],
  ["EGeneral:Invalid arguments", "refused", null],
  ["EGeneral:Invalid arguments:ordertype", "refused", null],
  ["EGeneral:Invalid arguments:volume", "refused", null],
  ["EGeneral:Invalid arguments:volume minimum not met", "refused", null],
  ["EGeneral:Invalid arguments:price", "refused", null],
  ["EGeneral:Invalid arguments:cl_ord_id", "refused", null],
  ["EGeneral:Invalid arguments:Index unavailable", "refused", null],
  ["EGeneral:Internal error", "ambiguous", null],
  ["EGeneral:Internal error:1234", "ambiguous", null],
  ["EDatabase:Internal error", "ambiguous", null],
  ["EQuery:Unknown asset pair", "refused", null],
  ["EQuery:Invalid asset pair", "refused", null],
  ["EQuery:Unknown asset", "refused", null],
  ["EService:Unavailable", "ambiguous", null],
  ["EService:Busy", "ambiguous", null],
  ["EService:Timeout", "ambiguous", null],
  ["EService:Deadline elapsed", "ambiguous", null],
  ["EService: Throttled", "wait", 5],
  ["EService:Market in cancel_only mode", "wait", 10],
  ["EService:Market in post_only mode", "wait", 10],
  ["EService:Market in limit_only mode", "wait", 10],
  ["ESession:Invalid session", "wait", null],
  ["EAuth:Account temporary disabled", "suspended", null],
  ["EAuth:Account unconfirmed", "suspended", null],
  ["EAccount:Invalid permissions", "suspended", null],
  ["EAccount:Invalid permissions:USDT trading restricted for AT.", "suspended", null],
  ["EAuth:Rate limit exceeded", "wait", 30],
  ["EAuth:Too many requests", "wait", 30],
  ["ETrade:Locked", "suspended", null],
  ["ETrade:User Locked", "suspended", null],
  ["ETrade:Invalid request", "refused", null],
  ["EOrder:Insufficient funds", "refused", null],
  ["EOrder:Order minimum not met", "refused", null],
  ["EOrder:Cost minimum not met", "refused", null],
  ["EOrder:Tick size check failed", "refused", null],
  ["EOrder:Invalid price", "refused", null],
  ["EOrder:Invalid limit price", "refused", null],
  ["EOrder:Invalid order", "refused", null],
  ["EOrder:Cancel pending", "ambiguous", null],
  ["EOrder:Order not editable", "refused", null],
  ["EOrder:Not enough leaves qty", "refused", null],
  ["EOrder:Post only order", "refused", null],
  ["EOrder:Rate limit exceeded", "wait", 10],
  ["EOrder:Domain rate limit exceeded", "wait", 10],
  ["EOrder:Orders limit exceeded", "refused", null],
  ["EOrder:Scheduled orders limit exceeded", "refused", null],
  ["EOrder:Positions limit exceeded", "refused", null],
  ["EOrder:Insufficient margin", "refused", null],
  ["EOrder:Insufficient initial margin", "refused", null],
  ["EOrder:Margin allowance exceeded", "refused", null],
  ["EOrder:Margin level too low", "refused", null],
  ["EOrder:Margin position size exceeded", "refused", null],
  ["EOrder:Cannot open position", "refused", null],
  ["EOrder:Cannot open opposing position", "refused", null],
  ["EOrder:Unknown position", "refused", null],
  ["EOrder:Reduce only:No position exists", "refused", null],
  ["EOrder:Reduce only:Non-PC", "refused", null],
  ["EOrder:Reduce only:Non-ECP", "refused", null],
  ["EOrder:Reduce only:Position is closed", "ambiguous", null],
  ["EOrder:Trading agreement required", "refused", null],
  ["EBM:limit exceeded:CAL", "refused", null],
  ["EFunding:No funding method", "refused", null],
  ["EFunding:Max fee exceeded", "refused", null],
];

describe("an error of Kraken's table", () => {
  it.each(rows)("%s is %s", (text, expected, delaySeconds) => {
    const failure = failureOf([text], "order", NOW);
    expect(failure.class).toBe(expected);
    expect(failure.text).toBe(text);
    expect(failure.retryAt).toBe(delaySeconds === null ? null : NOW + delaySeconds * 1_000);
    expect(failure.message).toMatch(/^\p{Lu}.*\.$/u);
    expect(failure.message).not.toContain("this desk does not know");
  });

  it.skipIf(shared === undefined)("has its row here, whichever it is (needs TRADE_SHARED)", () => {
    const texts = protocolErrors(readFileSync(join(shared ?? "", "kraken", "PROTOCOL.md"), "utf8"));
    expect(texts.length).toBeGreaterThan(60);
    expect(texts.filter((text) => failureOf([text], "order", NOW).message.includes("this desk does not know"))).toEqual(
      [],
    );
  });
});

describe("what was tried", () => {
  it("decides what an order that is not open means", () => {
    expect(classOf("EOrder:Unknown order", "cancel")).toBe("gone");
    expect(classOf("EOrder:Unknown order", "amend")).toBe("gone");
    expect(classOf("EOrder:Unknown order", "order")).toBe("ambiguous");
    expect(classOf("EOrder:Unknown order", "read")).toBe("refused");
    const neverExisted = failureOf(["EOrder:Invalid order"], "cancel", NOW);
    expect(neverExisted).toMatchObject({ class: "refused", message: "Kraken never had an order with this id." });
    expect(classOf("EOrder:Cancel pending", "cancel")).toBe("ambiguous");
  });

  it("decides what an error means that no table knows", () => {
    expect(classOf("EOrder:Something new")).toBe("ambiguous");
    expect(classOf("EOrder:Something new", "amend")).toBe("ambiguous");
    expect(classOf("EOrder:Something new", "cancel")).toBe("ambiguous");
    expect(classOf("EOrder:Something new", "read")).toBe("refused");
    expect(classOf("nonsense")).toBe("ambiguous");
  });

  it("decides what no answer means: a write may have been carried out, a read is asked again", () => {
    for (const text of ["timeout", "no answer", "HTTP 520"] as const) {
      expect(noAnswer(text, "order", NOW)).toMatchObject({ class: "ambiguous", text, retryAt: null });
      expect(noAnswer(text, "cancel", NOW).message).toContain("is being checked");
      expect(noAnswer(text, "read", NOW)).toMatchObject({ class: "wait", retryAt: NOW + 2_000 });
    }
    expect(noAnswer("HTTP 429", "read", NOW).retryAt).toBe(NOW + 30_000);
    expect(noAnswer("HTTP 429", "order", NOW).class).toBe("ambiguous");
    expect(notUnderstood("order").class).toBe("ambiguous");
    expect(notUnderstood("read").class).toBe("refused");
  });

  it("makes a doubtful read a matter of waiting", () => {
    expect(failureOf(["EService:Unavailable"], "read", NOW)).toMatchObject({ class: "wait", retryAt: NOW + 2_000 });
    expect(classOf("EGeneral:Internal error", "read")).toBe("wait");
  });
});

describe("the text", () => {
  it("is compared without case and without spaces around the colon", () => {
    expect(classOf("EOrder: Insufficient Funds")).toBe("refused");
    expect(classOf("eservice :  unavailable")).toBe("ambiguous");
    expect(classOf("ESERVICE:MARKET IN CANCEL_ONLY MODE")).toBe("wait");
  });

  it("is matched by the longest row that it begins with, and never inside a word", () => {
    expect(failureOf(["EGeneral:Invalid arguments:volume minimum not met"], "order", NOW).message).toContain("minimum");
    expect(failureOf(["EGeneral:Invalid arguments:volume"], "order", NOW).message).toContain("quantity invalid");
    expect(classOf("EOrder:Invalid orders everywhere")).toBe("ambiguous");
    expect(classOf("EOrder:Rate limit exceeded, slow down")).toBe("wait");
  });

  it("says that an order with our id is open already: it is looked for and never placed again", () => {
    expect(classOf("EGeneral:Invalid arguments:cl_ord_id not unique")).toBe("ambiguous");
  });

  it("tells until when Kraken throttles, unless that is absurd", () => {
    const seconds = NOW / 1_000;
    expect(failureOf([`EService: Throttled: ${seconds + 7}`], "read", NOW).retryAt).toBe(NOW + 7_000);
    expect(failureOf([`EService: Throttled: ${seconds - 7}`], "read", NOW).retryAt).toBe(NOW + 5_000);
    expect(failureOf(["EService: Throttled: 999999999999"], "read", NOW).retryAt).toBe(NOW + 5_000);
  });

  it("of several errors is that which asks for the most care", () => {
    const errors = ["EOrder:Insufficient funds", "EService:Unavailable", "EAPI:Invalid nonce"];
    expect(failureOf(errors, "order", NOW)).toMatchObject({ class: "ambiguous", text: "EService:Unavailable" });
    expect(failureOf(["EAPI:Invalid nonce", "EAPI:Invalid key"], "order", NOW).class).toBe("suspended");
  });

  it("tells which counter is full", () => {
    expect(fullCounter("EAPI:Rate limit exceeded")).toBe("calls");
    expect(fullCounter("EOrder:Rate limit exceeded")).toBe("matching");
    expect(fullCounter("EOrder:Insufficient funds")).toBeNull();
    expect(fullCounter("timeout")).toBeNull();
  });
});

it("waits a quarter of an hour after a lockout, because each try may extend it", () => {
  expect(failureOf(["EGeneral:Temporary lockout"], "read", NOW)).toMatchObject({
    class: "suspended",
    retryAt: NOW + LOCKOUT_MS,
  });
  expect(LOCKOUT_MS).toBe(15 * 60_000);
});

/** The first column of the table of §4, one text each; entries without a category share that of the one before. */
function protocolErrors(protocol: string): readonly string[] {
  const section = protocol.slice(protocol.indexOf("## 4. Errors"), protocol.indexOf("## 5. "));
  const cells = [...section.matchAll(/^\| (E[A-Za-z]+:[^|]+) \|/gm)].map(([, cell = ""]) => cell);
  return cells.flatMap((cell) => {
    let category = "";
    return cell
      .replace(/\s*\([^)]*\)/g, "")
      .replace(/\[[^\]]*\]/g, "")
      .split(/, | \/ /)
      .map((entry) => {
        const text = /^E[A-Za-z]+:/.test(entry) ? entry : `${category}${entry}`;
        category = entry.includes(":") ? entry.slice(0, entry.lastIndexOf(":") + 1) : category;
        return text.replace("*", "anything").replace(": ts", ": 1");
      });
  });
}
