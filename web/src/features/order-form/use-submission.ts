import { createSignal, type Accessor } from "solid-js";
import type { OrderRequest } from "../../../../domain/orders/request.ts";
import { placeOrder, type PlaceOrder } from "../../data/api.ts";
import { newIntent } from "../../data/http.ts";
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

export function useSubmission(accountId: Accessor<string | null>, onPlaced: () => void): LiveSubmission {
  const [state, setState] = createSignal<Submission>(IDLE);

  const apply = (event: SubmissionEvent): void => {
    const before = state();
    const after = reduceSubmission(before, event);
    setState(after);
    if (after.type === "sending" && after !== before) {
      void send(after.wish.request, after.wish.intent);
    }
    if (after.type === "placed" && before.type !== "placed") {
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
  return {
    symbol,
    side,
    type,
    timeInForce,
    postOnly,
    ...(quantity === undefined ? {} : { quantity }),
    ...(cost === undefined ? {} : { cost }),
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
