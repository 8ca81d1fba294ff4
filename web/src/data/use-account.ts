/** The active account as primitives. All are null or empty until the trader socket's snapshot came; `useTraderReady` says. */
import { createMemo, type Accessor } from "solid-js";
import type { AccountView, BalanceView, PositionView } from "../../../contract/accounts.ts";
import type { DenialView, FillView, OrderView } from "../../../contract/orders.ts";
import { preferences } from "./preferences.ts";
import { useStores } from "./stores.tsx";
import type { DeskAccount } from "./trader-state.ts";

/** True once it is known what the accounts hold. */
export function useTraderReady(): Accessor<boolean> {
  const { trader } = useStores();
  return () => trader()?.trader.ready ?? false;
}

/** All accounts, in the order in which they were opened. */
export function useAccounts(): Accessor<readonly AccountView[]> {
  const { trader } = useStores();
  return createMemo(() => {
    const state = trader()?.trader;
    return (state?.accountIds ?? []).flatMap((id) => state?.accounts[id]?.account ?? []);
  });
}

/** The chosen account, else the first. */
export function useActiveAccountId(): Accessor<string | null> {
  const { trader } = useStores();
  return createMemo(() => {
    const ids = trader()?.trader.accountIds ?? [];
    const chosen = preferences.activeAccountId;
    return chosen !== null && ids.includes(chosen) ? chosen : (ids[0] ?? null);
  });
}

export function useAccount(): Accessor<AccountView | null> {
  const desk = useDeskAccount();
  return () => desk()?.account ?? null;
}

export function usePositions(): Accessor<readonly PositionView[]> {
  const desk = useDeskAccount();
  return () => desk()?.account.positions ?? [];
}

/** Null when the account never held the asset. */
export function useBalance(asset: Accessor<string>): Accessor<BalanceView | null> {
  const desk = useDeskAccount();
  return () => desk()?.account.balances.find((balance) => balance.asset === asset()) ?? null;
}

/** Alive, newest first. */
export function useOpenOrders(): Accessor<readonly OrderView[]> {
  const desk = useDeskAccount();
  return () => desk()?.openOrders ?? [];
}

/** Ended lately, newest first. */
export function useRecentOrders(): Accessor<readonly OrderView[]> {
  const desk = useDeskAccount();
  return () => desk()?.recentOrders ?? [];
}

/** Newest first. */
export function useFills(): Accessor<readonly FillView[]> {
  const desk = useDeskAccount();
  return () => desk()?.recentFills ?? [];
}

export function useDenials(): Accessor<readonly DenialView[]> {
  const desk = useDeskAccount();
  return () => desk()?.denials ?? [];
}

function useDeskAccount(): Accessor<DeskAccount | null> {
  return useDeskAccountOf(useActiveAccountId());
}

/** The account of that id, whichever is on screen; null where it is not known. */
export function useDeskAccountOf(id: Accessor<string | null>): Accessor<DeskAccount | null> {
  const { trader } = useStores();
  return () => {
    const current = id();
    return current === null ? null : (trader()?.trader.accounts[current] ?? null);
  };
}
