import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseKeepingNumbers, readEnvelope } from "./envelope.ts";

describe("an answer", () => {
  it("is a result when there is no error; warnings leave it valid", () => {
    expect(readEnvelope(200, '{"error":[],"result":{"a":"1"}}')).toEqual({ kind: "result", result: { a: "1" } });
    expect(readEnvelope(200, '{"error":["WGeneral:Old"],"result":{}}')).toEqual({ kind: "result", result: {} });
  });

  it("is a failure with any error, whatever the status and whether or not a result is there", () => {
    for (const rest of ["", ',"result":null', ',"result":{}']) {
      const expected = { kind: "errors", errors: ["EOrder:Insufficient funds"] };
      expect(readEnvelope(200, `{"error":["WOld:x","EOrder:Insufficient funds"]${rest}}`)).toEqual(expected);
      expect(readEnvelope(503, `{"error":["EOrder:Insufficient funds"]${rest}}`)).toEqual(expected);
    }
  });

  it("is no answer when it is a page, half a body, or a success with the status of a failure", () => {
    const bodies = ["<!DOCTYPE html><html>520</html>", '{"error":[],"resu', "", "null", "[]", '{"ok":true}'];
    for (const body of bodies) {
      expect(readEnvelope(200, body)).toEqual({ kind: "unreadable" });
    }
    expect(readEnvelope(502, '{"error":[],"result":{}}')).toEqual({ kind: "unreadable" });
  });
});

describe("numbers", () => {
  it("stay the text that they were sent as", () => {
    expect(parseKeepingNumbers('{"a":25435.2100000000001,"b":[-1,0.10,1E-8],"c":"2","d":true,"e":null}')).toEqual({
      a: "25435.2100000000001",
      b: ["-1", "0.10", "1E-8"],
      c: "2",
      d: true,
      e: null,
    });
  });

  it("inside of texts are left alone, quotes and backslashes included", () => {
    const value = { 'a "12": 3': '\\"45, 6\\\\', b: ["x: 7"] };
    expect(parseKeepingNumbers(JSON.stringify(value))).toEqual(value);
  });

  it("are the only thing that changes, in any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parseKeepingNumbers(JSON.stringify(value))).toEqual(numbersAsText(value));
      }),
    );
  });
});

function numbersAsText(value: unknown): unknown {
  if (typeof value === "number") {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return value.map(numbersAsText);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, numbersAsText(each)]))
    : value;
}
