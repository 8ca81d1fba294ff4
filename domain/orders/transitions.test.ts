import { describe, expect, it } from "vitest";
import { ORDER_STATUSES, type OrderStatus } from "./order.ts";
import { isTerminal, nextStatus, ORDER_STEPS, ORDER_TRANSITIONS, type OrderStep } from "./transitions.ts";

describe("the table of order transitions", () => {
  it("holds exactly these steps", () => {
    const rows = ORDER_STATUSES.map((status) => {
      const steps = ORDER_STEPS.flatMap((step) => {
        const next = ORDER_TRANSITIONS[status][step];
        return next === undefined ? [] : `${step} → ${next}`;
      });
      return `${status}: ${steps.join(", ")}`;
    });
    expect(rows).toEqual([
      "submitting: opened → open, partly_filled → partially_filled, fully_filled → filled, cancel_requested → cancel_pending, cancelled → cancelled, expired → expired, rejected → rejected, lost → unknown",
      "open: opened → open, partly_filled → partially_filled, fully_filled → filled, cancel_requested → cancel_pending, cancelled → cancelled, expired → expired",
      "partially_filled: opened → partially_filled, partly_filled → partially_filled, fully_filled → filled, cancel_requested → cancel_pending, cancelled → cancelled, expired → expired",
      "cancel_pending: opened → cancel_pending, partly_filled → cancel_pending, fully_filled → filled, cancelled → cancelled, expired → expired, rejected → rejected, lost → cancel_pending",
      "unknown: opened → open, partly_filled → partially_filled, fully_filled → filled, cancel_requested → cancel_pending, cancelled → cancelled, expired → expired, rejected → rejected",
      "filled: partly_filled → filled, fully_filled → filled",
      "cancelled: partly_filled → cancelled, fully_filled → cancelled",
      "expired: partly_filled → expired, fully_filled → expired",
      "rejected: partly_filled → rejected, fully_filled → rejected",
    ]);
  });

  it("answers a step that is not in it with a value that names both", () => {
    expect(nextStatus("filled", "cancelled")).toEqual({
      ok: false,
      error: { code: "INTERNAL", message: "an order that is filled cannot be cancelled", details: {} },
    });
  });

  it("never leaves a terminal status", () => {
    const terminal: readonly OrderStatus[] = ["filled", "cancelled", "expired", "rejected"];
    expect(ORDER_STATUSES.filter(isTerminal)).toEqual(terminal);
    for (const status of terminal) {
      const reached: readonly (OrderStatus | undefined)[] = ORDER_STEPS.map(
        (step: OrderStep) => ORDER_TRANSITIONS[status][step],
      );
      expect(reached.every((next) => next === undefined || next === status)).toBe(true);
    }
  });

  it("lets a live order always be ended", () => {
    for (const status of ORDER_STATUSES.filter((candidate) => !isTerminal(candidate))) {
      expect(nextStatus(status, "cancelled")).toEqual({ ok: true, value: "cancelled" });
    }
  });
});
