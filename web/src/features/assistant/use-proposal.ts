import { createMemo, type Accessor } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import type { ProposalView } from "../../../../contract/assistant.ts";
import type { OrderEdits } from "../../../../domain/assistant/edited-order.ts";
import { createNow, marketNow, serverNow } from "../../data/clock.ts";
import { useActiveAccountId, useDeskAccountOf, useTraderReady } from "../../data/use-account.ts";
import { useTicker } from "../../data/use-market.ts";
import { useTradingMarket, type TradingMarket } from "../trading/use-trading-market.ts";
import { effectOf, staleReason, type ProposalEffect } from "./proposal-effect.ts";

export type LiveProposal = {
  /** The account that it would be executed in; null where this desk does not know it. */
  readonly account: Accessor<AccountView | null>;
  readonly isOnScreen: Accessor<boolean>;
  readonly market: TradingMarket;
  /** What it would do with these changes; null while the account or the market is not known. */
  readonly effect: (edits: OrderEdits) => ProposalEffect | null;
  /** Why it cannot be executed whatever is changed about it: unknown account, no order, its time is over; null: it can. */
  readonly unusable: Accessor<string | null>;
};

/** A proposal with the account that it is for and the market of its pair, live. */
export function useProposal(proposal: Accessor<ProposalView>): LiveProposal {
  const accountId = (): string => proposal().accountId;
  const symbol = (): string => proposal().trade.symbol;
  const desk = useDeskAccountOf(accountId);
  const account = (): AccountView | null => desk()?.account ?? null;
  const activeId = useActiveAccountId();
  const isReady = useTraderReady();
  const market = useTradingMarket(symbol, account);
  const ticker = useTicker(symbol);
  const now = createNow(1_000, marketNow);
  const stale = createMemo(() => {
    const current = ticker();
    if (current === null) {
      return "The price of the pair is being read.";
    }
    const price = current.fresh && !market.freshness().stale ? (current.last ?? current.mark) : null;
    return staleReason(proposal(), now(), price);
  });
  return {
    account,
    isOnScreen: () => activeId() === accountId(),
    market,
    effect(edits) {
      const owner = desk();
      const instrument = market.instrument();
      return owner === null || instrument === null
        ? null
        : effectOf(proposal(), edits, owner, {
            instrument,
            markets: market.markets(),
            marketTime: marketNow(),
            serverTime: serverNow(),
          });
    },
    unusable() {
      const owner = account();
      if (owner === null) {
        return isReady() ? "This desk does not know the account that the proposal is for." : "Loading the account.";
      }
      const { obstacle } = proposal();
      if (obstacle !== null) {
        return obstacle.message;
      }
      return stale() ?? (market.instrument() === null ? "The rules of the pair are not known yet." : null);
    },
  };
}
