import { createSignal, type Accessor } from "solid-js";
import type { PlacedOrder } from "../../../../contract/orders.ts";
import { closePosition } from "../../data/api.ts";
import { useStores } from "../../data/stores.tsx";
import { useActiveAccountId } from "../../data/use-account.ts";
import { createWrite, type WriteState } from "../create-write.ts";
import { outcomeText } from "../orders/order-words.ts";

type ClosePosition = {
  readonly state: Accessor<WriteState>;
  /** The asset of the last close. */
  readonly asset: Accessor<string | null>;
  /** Sends it; true when the desk took it. */
  run(asset: string, percent: number): Promise<boolean>;
};

/** Closes part of a position and says what came of it. */
export function useClosePosition(onOutcome: (message: string) => void): ClosePosition {
  const { market } = useStores();
  const accountId = useActiveAccountId();
  const write = createWrite<PlacedOrder>();
  const [asset, setAsset] = createSignal<string | null>(null);
  return {
    state: write.state,
    asset,
    async run(wanted, percent) {
      const id = accountId();
      if (id === null) {
        return false;
      }
      setAsset(wanted);
      const answer = await write.run(`close ${id} ${wanted} ${percent}`, (intent) =>
        closePosition(id, wanted, { percent }, intent),
      );
      if (answer === null) {
        return false;
      }
      if (!answer.ok) {
        onOutcome(answer.error.message);
        return false;
      }
      const instrument = market.instrument(answer.value.order.symbol);
      onOutcome(instrument === null ? "Closed." : `${wanted}: ${outcomeText(answer.value, instrument)}`);
      return true;
    },
  };
}
