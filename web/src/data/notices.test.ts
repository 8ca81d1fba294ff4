import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createNoticeStore } from "./notices.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("notices", () => {
  it("leave the stack by themselves and stay in the list", () => {
    const notices = createNoticeStore();
    notices.add({ tone: "info", title: "a" });
    expect(notices.shown()).toHaveLength(1);
    vi.advanceTimersByTime(5_000);
    expect(notices.shown()).toHaveLength(0);
    expect(notices.all().map((notice) => notice.title)).toEqual(["a"]);
    expect(notices.unread()).toBe(1);
    notices.markRead();
    expect(notices.unread()).toBe(0);
  });

  it("wait while somebody reads them", () => {
    const notices = createNoticeStore();
    notices.add({ tone: "error", title: "a" });
    notices.pause(true);
    vi.advanceTimersByTime(60_000);
    expect(notices.shown()).toHaveLength(1);
    notices.pause(false);
    vi.advanceTimersByTime(2_000);
    expect(notices.shown()).toHaveLength(0);
  });

  it("show the newest four and list the newest first", () => {
    const notices = createNoticeStore();
    for (const title of ["a", "b", "c", "d", "e"]) {
      notices.add({ tone: "info", title });
    }
    expect(notices.shown().map((notice) => notice.title)).toEqual(["b", "c", "d", "e"]);
    expect(notices.all()[0]?.title).toBe("e");
  });

  it("can begin with what happened before, read already", () => {
    const notices = createNoticeStore();
    notices.seed([{ tone: "info", title: "before", detail: null, time: 1 }]);
    expect(notices.all()).toHaveLength(1);
    expect(notices.shown()).toHaveLength(0);
    expect(notices.unread()).toBe(0);
  });
});
