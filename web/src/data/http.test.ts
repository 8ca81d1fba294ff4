import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { handleSessionLost, newIntent, request } from "./http.ts";

const shape = z.object({ done: z.boolean() });
const fetchMock = vi.fn<typeof fetch>();

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

function problem(code: string, message = "No.", details = {}): unknown {
  return { error: { code, message, details } };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", fetchMock);
});
afterEach(() => {
  fetchMock.mockReset();
  handleSessionLost(() => undefined);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Moves the clock until the promise is settled: reading a body takes turns of the real event loop in between. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  void promise.finally(() => {
    isSettled = true;
  });
  for (let turn = 0; turn < 100 && !isSettled; turn += 1) {
    await vi.advanceTimersByTimeAsync(200);
  }
  return promise;
}

const intents = () => fetchMock.mock.calls.map(([, init]) => new Headers(init?.headers).get("idempotency-key"));

describe("a request", () => {
  it("answers what the contract says, and a refusal as a value", async () => {
    fetchMock.mockResolvedValueOnce(answer(200, { done: true }));
    expect(await request("/api/x", shape)).toEqual({ ok: true, value: { done: true } });

    fetchMock.mockResolvedValueOnce(answer(422, problem("INSUFFICIENT_FUNDS", "Not enough.", { most: "0.5" })));
    expect(await request("/api/x", shape)).toEqual({
      ok: false,
      error: { code: "INSUFFICIENT_FUNDS", message: "Not enough.", details: { most: "0.5" } },
    });
  });

  it("repeats a write whose outcome is unknown with the same key, so that it happens once", async () => {
    const intent = newIntent();
    fetchMock.mockRejectedValueOnce(new TypeError("network"));
    fetchMock.mockResolvedValueOnce(answer(503, problem("TEMPORARILY_UNAVAILABLE")));
    fetchMock.mockResolvedValueOnce(answer(200, { done: true }));
    const result = await settled(request("/api/x", shape, { method: "POST", body: {}, intent }));
    expect(result.ok).toBe(true);
    expect(intents()).toEqual([intent, intent, intent]);
  });

  it("gives up after three attempts with a sentence, and never repeats a refusal or a write without a key", async () => {
    fetchMock.mockRejectedValue(new TypeError("network"));
    const lost = await settled(request("/api/x", shape));
    expect(lost).toMatchObject({ ok: false, error: { code: "TEMPORARILY_UNAVAILABLE" } });
    expect(fetchMock).toHaveBeenCalledTimes(3);

    fetchMock.mockClear();
    await settled(request("/api/x", shape, { method: "POST", body: {} }));
    expect(fetchMock).toHaveBeenCalledTimes(1);

    fetchMock.mockReset();
    fetchMock.mockResolvedValue(answer(422, problem("PRICE_COLLAR")));
    await settled(request("/api/x", shape, { method: "POST", body: {}, intent: "k" }));
    expect(fetchMock).toHaveBeenCalledTimes(1);
  });

  it("tells one handler of a lost session, and does not loop", async () => {
    const lost = vi.fn();
    handleSessionLost(lost);
    fetchMock.mockResolvedValue(answer(401, problem("SESSION_EXPIRED")));
    await settled(request("/api/accounts", shape));
    expect(lost).toHaveBeenCalledTimes(1);
    expect(fetchMock).toHaveBeenCalledTimes(1);

    lost.mockClear();
    fetchMock.mockResolvedValue(answer(401, problem("UNAUTHENTICATED")));
    await settled(request("/api/auth/sign-in/email", shape, { method: "POST", body: {} }));
    expect(lost).not.toHaveBeenCalled();
  });

  it("does not trust an answer outside the contract", async () => {
    const complaint = vi.spyOn(console, "error").mockImplementation(() => undefined);
    fetchMock.mockResolvedValueOnce(answer(200, { done: "yes" }));
    expect(await request("/api/x", shape)).toMatchObject({ ok: false, error: { code: "INTERNAL" } });
    complaint.mockRestore();

    fetchMock.mockResolvedValue(answer(502, "<html>"));
    expect(await settled(request("/api/x", shape, { method: "POST" }))).toMatchObject({
      ok: false,
      error: { code: "INTERNAL", details: { status: "502" } },
    });
  });

  it("leaves out of the address what was not asked", async () => {
    fetchMock.mockResolvedValueOnce(answer(200, { done: true }));
    await request("/api/x", shape, { query: { symbol: undefined, side: "", limit: 5 } });
    expect(fetchMock.mock.calls[0]?.[0]).toBe("/api/x?limit=5");
  });
});
