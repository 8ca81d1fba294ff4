import { DAY, MINUTE, type Micros } from "../clock.ts";
import type { Ids } from "../ids.ts";
import { assets, type Asset, type Pair } from "../instruments.ts";
import type { Switches } from "../switches.ts";
import { divide, maximum, rescale } from "../units.ts";
import { createAccount, type Account, type LedgerEntry, type LedgerType, type Tier } from "./accounts.ts";
import type { Engine } from "./engine.ts";
import {
  feeAsset,
  feeOn,
  feeStanding,
  feeTables,
  percentScale,
  percentUnits,
  volumeDecimals,
  type FeePreset,
  type FeeTier,
} from "./fees.ts";
import type { Side } from "./order-book.ts";
import { baseAmount, quoteAmount } from "./amounts.ts";
import { isTriggered, remainingQuantity, type Order, type OrderTerms, type UserTrade } from "./orders.ts";
import type { Trade } from "./tape.ts";

/** What has to be kept across a restart. */
export interface AccountJournal {
  accountChanged(account: Account): void;
  orderChanged(order: Order): void;
  tradeAdded(trade: UserTrade): void;
  ledgerAdded(entry: LedgerEntry): void;
}

export interface LedgerListener {
  ledgerPosted(account: Account, entry: LedgerEntry): void;
}

const thirtyDays = 30 * DAY;

/** The accounts: balances, holds, fees and the double-entry ledger. */
export class AccountBook {
  readonly accounts = new Map<string, Account>();
  feePreset: FeePreset;
  readonly #engine: Engine;
  readonly #ids: Ids;
  readonly #switches: Switches;
  readonly #journal: AccountJournal;
  readonly #listeners: LedgerListener[] = [];
  readonly #volumes = new WeakMap<Account, { readonly trades: number; readonly at: Micros; readonly sum: bigint }>();
  #ledgerNumber = 1;
  #tradeNumber = 1;

  constructor(engine: Engine, ids: Ids, switches: Switches, journal: AccountJournal, feePreset: FeePreset) {
    this.#engine = engine;
    this.#ids = ids;
    this.#switches = switches;
    this.#journal = journal;
    this.feePreset = feePreset;
  }

  addListener(listener: LedgerListener): void {
    this.#listeners.push(listener);
  }

  open(id: string, tier: Tier): Account {
    const account = createAccount(id, tier, this.#engine.now);
    this.accounts.set(id, account);
    this.#journal.accountChanged(account);
    return account;
  }

  /** Takes in an account of an earlier run. */
  restore(account: Account): void {
    this.accounts.set(account.id, account);
    this.#ledgerNumber = Math.max(this.#ledgerNumber, ...account.ledger.slice(-1).map((entry) => entry.number + 1));
    this.#tradeNumber = Math.max(this.#tradeNumber, ...account.trades.slice(-1).map((trade) => trade.number + 1));
  }

  balance(account: Account, asset: Asset): bigint {
    return account.balances.get(asset.name) ?? 0n;
  }

  /** What is neither held nor needed for the fees of resting orders. */
  available(account: Account, asset: Asset, except?: Order): bigint {
    return this.balance(account, asset) - this.reserved(account, asset, except);
  }

  /** What live orders need, `except` one that is about to be replaced. */
  reserved(account: Account, asset: Asset, except?: Order): bigint {
    let sum = 0n;
    for (const order of account.live.values()) {
      sum += order === except ? 0n : this.#reserve(account, order, asset, true);
    }
    return sum;
  }

  /** `hold_trade` of BalanceEx. Whether it counts the fee is not known (PROTOCOL §11), so it is a switch. */
  hold(account: Account, asset: Asset): bigint {
    const withFee = this.#switches.value("holdIncludesFee");
    let sum = 0n;
    for (const order of account.live.values()) {
      sum += this.#reserve(account, order, asset, withFee);
    }
    return sum;
  }

  /** What an order would need in one of its assets; a sale pays its quote fee from the proceeds. */
  needed(
    account: Account,
    terms: OrderTerms,
    quantity: bigint,
    exactCost: bigint,
    asset: Asset,
    withFee: boolean,
  ): bigint {
    const { pair, side } = terms;
    const spends = side === "buy" ? pair.quote : pair.base;
    if (asset !== spends) {
      return 0n;
    }
    const tier = this.#takerTier(account);
    if (side === "buy") {
      const cost = quoteAmount(pair, exactCost, "up");
      return cost + (withFee && terms.feeCurrency === "quote" ? feeOn(cost, tier, "up") : 0n);
    }
    const amount = baseAmount(pair, quantity, "up");
    return amount + (withFee && terms.feeCurrency === "base" ? feeOn(amount, tier, "up") : 0n);
  }

  #reserve(account: Account, order: Order, asset: Asset, withFee: boolean): bigint {
    const { terms, limit } = order;
    const waits = isTriggered(terms.type) && order.trigger?.triggeredAt === undefined;
    const price = waits ? (limit ?? order.trigger?.price) : limit;
    // A resting stop of a cash account reserves nothing (PROTOCOL §2.6); a switch has it otherwise.
    if (price === undefined || (waits && !this.#switches.value("stopOrdersHold"))) {
      return 0n;
    }
    const quantity = remainingQuantity(order);
    return this.needed(account, terms, quantity, quantity * BigInt(price), asset, withFee);
  }

  /** 30-day volume in USD, units of 10^-4; counted again after each trade and each minute. */
  volume(account: Account): bigint {
    const { now } = this.#engine;
    const known = this.#volumes.get(account);
    if (known !== undefined && known.trades === account.trades.length && now - known.at < MINUTE) {
      return known.sum + account.earlierVolume;
    }
    const since = now - thirtyDays;
    const sum = account.trades.reduce((total, trade) => (trade.time > since ? total + trade.usd : total), 0n);
    this.#volumes.set(account, { trades: account.trades.length, at: now, sum });
    return sum + account.earlierVolume;
  }

  feeTier(account: Account, liquidity: "maker" | "taker"): FeeTier {
    return feeStanding(feeTables[this.feePreset][liquidity], this.volume(account)).current;
  }

  #takerTier(account: Account): FeeTier {
    const taker = this.feeTier(account, "taker");
    const maker = this.feeTier(account, "maker");
    return Number(maker.percent) > Number(taker.percent) ? maker : taker;
  }

  /** Books one fill: order totals, the user's trade, and a ledger entry for base and quote. */
  bookFill(account: Account, order: Order, trade: Trade, maker: boolean): UserTrade {
    const { pair, side, feeCurrency } = order.terms;
    const exact = trade.quantity * BigInt(trade.price);
    const cost = rescale(
      exact,
      pair.priceDecimals + pair.quantityDecimals,
      pair.costDecimals,
      this.#switches.value("costRounding"),
    );
    const rounding = this.#switches.value("feeRounding");
    const tier = this.feeTier(account, maker ? "maker" : "taker");
    const fee = feeOn(feeCurrency === "quote" ? cost : trade.quantity, tier, rounding);
    order.filled += trade.quantity;
    order.exactCost += exact;
    order.cost += cost;
    order.fee += fee;

    const id = this.#ids.trade();
    const direction = side === "buy" ? 1n : -1n;
    const charged = this.#charge(order, trade.quantity, exact, tier);
    const [baseFee, quoteFee] = feeCurrency === "base" ? [charged.fee, 0n] : [0n, charged.fee];
    const base = this.post(account, pair.base, "trade", direction * baseAmount(pair, trade.quantity), baseFee, id);
    const quote = this.post(account, pair.quote, "trade", -direction * charged.cost, quoteFee, id);
    const userTrade: UserTrade = {
      id,
      account: account.id,
      orderId: order.id,
      number: this.#tradeNumber,
      pair,
      time: trade.time,
      side,
      orderType: order.terms.type,
      price: trade.price,
      quantity: trade.quantity,
      cost,
      fee,
      feeCurrency,
      maker,
      publicId: trade.id,
      ledgers: [base.id, quote.id],
      usd: this.#inUsd(pair, quoteAmount(pair, exact, "half-up")),
    };
    this.#tradeNumber += 1;
    account.trades.push(userTrade);
    order.trades.push(id);
    this.#journal.tradeAdded(userTrade);
    return userTrade;
  }

  /** What the ledger takes for a fill: the growth of the rounded sums, so that many small fills round only once. */
  #charge(
    order: Order,
    quantity: bigint,
    exact: bigint,
    tier: FeeTier,
  ): { readonly cost: bigint; readonly fee: bigint } {
    const { pair, feeCurrency } = order.terms;
    const inBase = feeCurrency === "base";
    order.exactFee += (inBase ? quantity : exact) * percentUnits(tier);
    const feeDecimals = pair.quantityDecimals + (inBase ? 0 : pair.priceDecimals) + percentScale;
    const cost = quoteAmount(pair, order.exactCost, "half-up") - order.postedCost;
    const fee = rescale(order.exactFee, feeDecimals, feeAsset(pair, feeCurrency).decimals, "half-up") - order.postedFee;
    order.postedCost += cost;
    order.postedFee += fee;
    return { cost, fee };
  }

  /** Writes a ledger entry and moves the balance by amount − fee. */
  post(account: Account, asset: Asset, type: LedgerType, amount: bigint, fee: bigint, refid: string): LedgerEntry {
    const balance = this.balance(account, asset) + amount - fee;
    const entry: LedgerEntry = {
      id: this.#ids.ledger(),
      account: account.id,
      number: this.#ledgerNumber,
      refid,
      time: this.#engine.now,
      type,
      asset: asset.name,
      amount,
      fee,
      balance,
    };
    this.#ledgerNumber += 1;
    account.balances.set(asset.name, balance);
    account.ledger.push(entry);
    this.#journal.ledgerAdded(entry);
    this.#listeners.forEach((listener) => {
      listener.ledgerPosted(account, entry);
    });
    return entry;
  }

  deposit(account: Account, asset: Asset, amount: bigint): LedgerEntry {
    return this.post(account, asset, amount < 0n ? "withdrawal" : "deposit", amount, 0n, this.#ids.trade());
  }

  /** The account's worth in USD, units of 10^-4. */
  equity(account: Account): bigint {
    return assets.reduce((sum, asset) => sum + this.#assetInUsd(asset, this.balance(account, asset)), 0n);
  }

  #assetInUsd(asset: Asset, amount: bigint): bigint {
    if (asset.name === "USD") {
      return amount;
    }
    const market = this.#engine.markets.get(`${asset.name}/USD`);
    const price = BigInt(market?.lastPrice ?? 0);
    return divide(
      amount * price,
      10n ** BigInt(asset.decimals + (market?.pair.priceDecimals ?? 0) - volumeDecimals),
      "half-up",
    );
  }

  #inUsd(pair: Pair, quote: bigint): bigint {
    return maximum(0n, this.#assetInUsd(pair.quote, quote));
  }
}

/** The asset an order of this side pays with. */
export function paysWith(pair: Pair, side: Side): Asset {
  return side === "buy" ? pair.quote : pair.base;
}

/** Nobody keeps anything: for exchanges without a state folder. */
export const forgetfulJournal: AccountJournal = {
  accountChanged() {
    // Nothing is kept.
  },
  orderChanged() {
    // Nothing is kept.
  },
  tradeAdded() {
    // Nothing is kept.
  },
  ledgerAdded() {
    // Nothing is kept.
  },
};
