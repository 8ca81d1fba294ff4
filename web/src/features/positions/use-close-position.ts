import { createMemo, createSignal, type Accessor } from "solid-js";
import type { PlacedOrder } from "../../../../contract/orders.ts";
import { closePosition } from "../../data/api.ts";
import { useStores } from "../../data/stores.tsx";
import { useActiveAccountId } from "../../data/use-account.ts";
import { createWrite } from "../create-write.ts";
import { outcomeText } from "../orders/order-words.ts";
import { useLatestOrder } from "../orders/use-latest-order.ts";

export type ClosePosition = {
  /** The asset whose close is on its way. */
  readonly sending: Accessor<string | null>;
  /** What came of the last close, as its order stands by now; "" before the first. */
  readonly outcome: Accessor<string>;
  /** Why the desk did not take the last one; null when it did. */
  readonly failure: Accessor<string | null>;
  /** Sends it; true when the desk took it. */
  run(asset: string, percent: number): Promise<boolean>;
};

/** Closes part of a position, once per wish, and knows what came of it. */
export function useClosePosition(): ClosePosition {
  const { market, notices } = useStores();
  const accountId = useActiveAccountId();
  const latest = useLatestOrder();
  const write = createWrite<PlacedOrder>();
  const [asset, setAsset] = createSignal<string | null>(null);
  const [placed, setPlaced] = createSignal<PlacedOrder | null>(null);
  const failure = (): string | null => {
    const state = write.state();
    return state.type === "failed" ? state.problem.message : null;
  };
  const outcome = createMemo(() => {
    const answer = placed();
    const instrument = answer === null ? null : market.instrument(answer.order.symbol);
    return answer === null || instrument === null
      ? ""
      : `${instrument.base}: ${outcomeText({ ...answer, order: latest(answer.order) }, instrument)}`;
  });
  return {
    sending: () => (write.state().type === "sending" ? asset() : null),
    outcome: () => failure() ?? outcome(),
    failure,
    async run(wanted, percent) {
      const id = accountId();
      if (id === null) {
        return false;
      }
      setAsset(wanted);
      const answer = await write.run(`close ${id} ${wanted} ${percent}`, (intent) =>
        closePosition(id, wanted, { percent }, intent),
      );
      if (answer?.ok === true) {
        setPlaced(answer.value);
        for (const notice of answer.value.notices) {
          notices.add({ tone: "warning", title: `Closing ${wanted}`, detail: notice });
        }
      }
      return answer?.ok === true;
    },
  };
}
