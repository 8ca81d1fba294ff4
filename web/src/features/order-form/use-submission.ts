import { createEffect, createMemo, createSignal, untrack, type Accessor } from "solid-js";
import type { OrderRequest } from "../../../../domain/orders/request.ts";
import { placeOrder, type PlaceOrder } from "../../data/api.ts";
import { newIntent } from "../../data/http.ts";
import type { Answered } from "./answered.ts";
import { IDLE, reduceSubmission, type Submission, type SubmissionEvent } from "./submission.ts";

export type LiveSubmission = {
  readonly state: Accessor<Submission>;
  /** Means to send the request: asks first when `confirm`, else sends it. One wish at a time. */
  readonly mean: (request: OrderRequest, confirm: boolean) => void;
  readonly confirm: () => void;
  readonly dismiss: () => void;
  /** Asks again with the same key after an answer was lost. */
  readonly retry: () => void;
  readonly edited: () => void;
};

/**
 * `answered` tells what the account shows of the desk's answers, and whether its line stands. After a lost answer the wish is
 * asked about again as soon as an answer to it is there to be had; never blindly, which could send an order that was meant
 * minutes ago.
 */
export function useSubmission(
  accountId: Accessor<string | null>,
  answered: Answered,
  onPlaced: () => void,
): LiveSubmission {
  const [state, setState] = createSignal<Submission>(IDLE);
  /** What the account showed when the wish was sent. */
  let before: ReadonlySet<string> = new Set();
  let asked: string | null = null;

  const apply = (event: SubmissionEvent): void => {
    const last = state();
    const after = reduceSubmission(last, event);
    if (after.type === "sending" && last.type !== "sending" && last.type !== "uncertain") {
      before = new Set(untrack(answered.all).map(({ id }) => id));
    }
    setState(after);
    if (after.type === "sending" && after !== last) {
      void send(after.wish.request, after.wish.intent);
    }
    if (after.type === "placed" && last.type !== "placed") {
      onPlaced();
    }
  };
  const send = async (request: PlaceOrder, intent: string): Promise<void> => {
    const account = accountId();
    if (account !== null) {
      const answer = await placeOrder(account, request, intent);
      apply({ type: "answered", intent, answer });
    }
  };

  /** How often the account's line has come (back). */
  const opened = createMemo<number>((count) => (answered.isOnline() ? count + 1 : count), 0);
  createEffect(() => {
    const current = state();
    const shown = current.type === "uncertain" ? answered.find(current.wish.request, before) : null;
    if (current.type === "uncertain" && shown !== null && answered.isOnline()) {
      // Once for each answer that is shown, and again when the line came back: if that fails too, the button is there.
      const key = `${current.wish.intent} ${shown} ${opened()}`;
      if (asked !== key) {
        asked = key;
        untrack(() => apply({ type: "retried" }));
      }
    }
  });

  return {
    state,
    mean: (request, confirm) =>
      apply({ type: "meant", wish: { request: wireRequest(request), intent: newIntent() }, confirm }),
    confirm: () => apply({ type: "confirmed" }),
    dismiss: () => apply({ type: "dismissed" }),
    retry: () => apply({ type: "retried" }),
    edited: () => apply({ type: "edited" }),
  };
}

/** The request as the wire has it: what is not given is not there. */
function wireRequest(request: OrderRequest): PlaceOrder {
  const { symbol, side, type, quantity, cost, limitPrice, timeInForce, postOnly, expiresAt } = request;
  const { triggerPrice, trailingPercent, conditionalClose, stop, target } = request;
  return {
    symbol,
    side,
    type,
    timeInForce,
    postOnly,
    ...(quantity === undefined ? {} : { quantity }),
    ...(cost === undefined ? {} : { cost }),
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
    ...(trailingPercent === undefined ? {} : { trailingPercent }),
    ...(conditionalClose === undefined ? {} : { conditionalClose }),
    ...(stop === undefined ? {} : { stop }),
    ...(target === undefined ? {} : { target }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
