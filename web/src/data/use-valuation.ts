/** What the active account is worth, live, by the one computation of domain/valuation. */
import { createMemo, type Accessor } from "solid-js";
import type { Decimal } from "../../../domain/decimal.ts";
import { valuate, type Marks, type Valuation } from "../../../domain/valuation.ts";
import { useAccount } from "./use-account.ts";
import { useOwnMarket, useTickers } from "./use-market.ts";

export type LiveValuation = Valuation & {
  /** Account currency that no open order holds; null without an account. */
  readonly available: Decimal | null;
};

const UNKNOWN: LiveValuation = {
  equity: null,
  unrealisedProfit: null,
  todayProfit: null,
  todayPercent: null,
  totalProfit: null,
  totalPercent: null,
  complete: true,
  available: null,
};

/**
 * The marks of everything the active account holds, for valuate and valuatePosition; none where the page's prices are of another
 * market than the account's. Holds their tickers.
 */
export function useMarks(): Accessor<Marks> {
  const account = useAccount();
  const isOwn = useOwnMarket(account);
  const symbols = createMemo(() => {
    const current = account();
    return current === null || !isOwn()
      ? []
      : current.balances
          .filter((balance) => balance.asset !== current.currency)
          .map((balance) => `${balance.asset}/${current.currency}`);
  });
  const tickers = useTickers(symbols);
  return createMemo(() => (isOwn() ? Object.fromEntries(tickers()) : {}));
}

export function useValuation(): Accessor<LiveValuation> {
  const account = useAccount();
  const marks = useMarks();
  return createMemo(() => {
    const current = account();
    if (current === null) {
      return UNKNOWN;
    }
    const cash = current.balances.find((balance) => balance.asset === current.currency);
    return { ...valuate(current, marks()), available: cash?.available ?? null };
  });
}
