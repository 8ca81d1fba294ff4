import { createMemo, type Accessor } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { isZero } from "../../../../domain/decimal.ts";
import { valuationSymbol, type Markets } from "../../../../domain/orders/conversion.ts";
import { marketOfViews } from "../../../../domain/orders/estimate.ts";
import type { Book } from "../../data/book-mirror.ts";
import { useStores } from "../../data/stores.tsx";
import { useAccount } from "../../data/use-account.ts";
import {
  useBook,
  useFreshness,
  useInstrument,
  useOwnMarket,
  useTickers,
  type Freshness,
} from "../../data/use-market.ts";

const CURRENCY = "USD";

export type TradingMarket = {
  /** Null until the pair's rules are known. */
  readonly instrument: Accessor<Instrument | null>;
  /** Null until the first book of this symbol. */
  readonly book: Accessor<Book | null>;
  /** The pair, the one that values its quote, and those that value what is held, as the domain judges orders by. */
  readonly markets: Accessor<Markets>;
  readonly freshness: Accessor<Freshness>;
};

/** Everything live that an order on the symbol is judged by, in the account on screen or in another one. */
export function useTradingMarket(
  symbol: Accessor<string>,
  account: Accessor<AccountView | null> = useAccount(),
): TradingMarket {
  const instrument = useInstrument(symbol);
  const anyBook = useBook(symbol);
  const freshness = useFreshness(symbol);
  const book = createMemo(() => {
    const current = anyBook();
    return current?.symbol === symbol() ? current : null;
  });
  const valuedBy = createMemo(() => {
    const quote = instrument()?.quote ?? CURRENCY;
    return quote === CURRENCY ? null : valuationSymbol(quote, CURRENCY);
  });
  const valuedByInstrument = useInstrument(() => valuedBy() ?? symbol());
  const { market } = useStores();
  const isOwn = useOwnMarket(account);
  // Rules of size and exposure are of equity: everything that is held is valued too.
  const heldSymbols = createMemo(() =>
    (account()?.balances ?? []).flatMap(({ asset, total }) =>
      asset === CURRENCY || isZero(total) ? [] : [valuationSymbol(asset, CURRENCY)],
    ),
  );
  const tickers = useTickers(() => [symbol(), valuedBy() ?? symbol(), ...heldSymbols()]);

  const markets = createMemo<Markets>(() => {
    if (!isOwn()) {
      return {};
    }
    const made: Record<string, ReturnType<typeof marketOfViews>> = {};
    const rules = instrument();
    if (rules !== null) {
      made[rules.symbol] = marketOfViews(rules, tickerOf(rules.symbol), book());
    }
    for (const held of heldSymbols()) {
      const rulesOfHeld = market.instrument(held);
      if (rulesOfHeld !== null && made[held] === undefined) {
        made[held] = marketOfViews(rulesOfHeld, tickerOf(held), null);
      }
    }
    const through = valuedByInstrument();
    if (through !== null && through.symbol === valuedBy()) {
      made[through.symbol] = marketOfViews(through, tickerOf(through.symbol), null);
    }
    return made;
  });

  /** While this page's own line is down no price is current, whatever the last ticker said. */
  function tickerOf(name: string) {
    const ticker = tickers().get(name) ?? null;
    return ticker === null || !freshness().stale ? ticker : { ...ticker, fresh: false };
  }

  return { instrument, book, markets, freshness };
}
