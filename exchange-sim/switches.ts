import type { Random } from "./random.ts";

/** What can be switched, and the type of each. */
export interface SwitchValues {
  tradeSnapshotByDefault: boolean;
  instrumentExponents: boolean;
  wsnameAccepted: boolean;
  slashNameKeepsForm: boolean;
  ohlcSinceExclusive: boolean;
  closeBelowMinimum: "created" | "dropped";
  costRounding: "half-up" | "down";
  excessVolumeDecimals: "truncated" | "refused";
  feeCurrencyDefault: "fciq" | "by side";
  feeRounding: "half-up" | "up";
  fillOrKill: boolean;
  holdIncludesFee: boolean;
  minimumErrorText: "order" | "arguments";
  stopOrdersHold: boolean;
  clientOrderIdUppercase: boolean;
  neverIssuedIdError: "Invalid order" | "Unknown order";
  amendBelowFilled: "cancelled" | "refused";
  limitPriceOnPlainStop: "refused" | "ignored";
  editedOrderReason: "replaced" | "user";
  validationOrder: "minimum first" | "tick first";
  indexAvailable: boolean;
  postOnlyCrossing: "refused" | "accepted and cancelled";
  noParentText: "null" | "None";
  noUserref: "0" | "null";
  tradeOrderTypeText: "stop limit" | "stop-loss-limit";
  balancesInFlexible: boolean;
  balanceExNumbers: boolean;
  tradeVolumeWithoutPair: "null" | "absent";
  tradeVolumeSpelling: "minfee" | "min_fee";
  apiKeyInfoSpelling: "snake_case" | "camelCase";
  historyCost: "2" | "4";
  queryLedgersCost: "2" | "1";
  historyStartExclusive: boolean;
  queryOrdersByClientIdAlone: boolean;
  queryOrdersUnknownId: "left out" | "refused";
  validatePresenceCounts: boolean;
  deadlineMinimum: "open" | "enforced";
  batchNeedsBothPermissions: boolean;
  lastTradeStatus: "partially_filled" | "filled";
  executionId: "trade id" | "other";
  replyOrder: "reply first" | "frames first";
  batchAddPartialFailure: "row fails" | "reply fails";
  batchCancelMinimum: "2" | "1";
  exponentNumbersAccepted: boolean;
  feeArrays: "empty" | "listed";
  slashNameAccepted: boolean;
  tradesSinceZero: "first" | "newest";
  tradesLast: "whole" | "cut off";
  publicLimits: boolean;
  clientOrderIdScope: "open orders" | "all orders";
  bookExponents: boolean;
}

export type SwitchName = keyof SwitchValues;

interface Definition<T> {
  /** The first is the standard. */
  readonly values: readonly [T, ...T[]];
  readonly about: string;
  readonly source: string;
}

const definitions: { readonly [N in SwitchName]: Definition<SwitchValues[N]> } = {
  tradeSnapshotByDefault: {
    values: [true, false],
    about: "whether `trade` sends a snapshot when `snapshot` is left out",
    source: "§5.4: default differs between sources",
  },
  instrumentExponents: {
    values: [true, false],
    about: "small increments as `1E-8` instead of `0.00000001` in the `instrument` channel",
    source: "§5.3",
  },
  wsnameAccepted: {
    values: [false, true],
    about: "REST takes `XBT/USD` as a pair name",
    source: "§2.1 [1]",
  },
  slashNameKeepsForm: {
    values: [true, false],
    about: "asked for `BTC/USD`, REST answers under `BTC/USD` instead of the internal id",
    source: "§2.1 [1]",
  },
  ohlcSinceExclusive: {
    values: [true, false],
    about: "`since` of OHLC leaves out the candle that opens at that time",
    source: "§2.2 [1]",
  },
  closeBelowMinimum: {
    values: ["created", "dropped"],
    about: "a conditional close for a fill below the pair's minimum",
    source: "§2.4: not stated",
  },
  costRounding: {
    values: ["half-up", "down"],
    about: "an order's cost at the pair's cost decimals",
    source: "§7 Rounding [?]",
  },
  excessVolumeDecimals: {
    values: ["truncated", "refused"],
    about: "a volume with more than lot_decimals places",
    source: "§7",
  },
  feeCurrencyDefault: {
    values: ["fciq", "by side"],
    about: "fee currency without a flag: quote always, or quote for buys and base for sells",
    source: "§2.4 [C]",
  },
  feeRounding: {
    values: ["half-up", "up"],
    about: "a fee at the pair's cost decimals",
    source: "§11 [?]",
  },
  fillOrKill: {
    values: [true, false],
    about: "timeinforce FOK on limit orders",
    source: "§2.4 [1]",
  },
  holdIncludesFee: {
    values: [false, true],
    about: "hold_trade counts the fee",
    source: "§11 [?]",
  },
  minimumErrorText: {
    values: ["order", "arguments"],
    about: "`EOrder:Order minimum not met` or `EGeneral:Invalid arguments:volume minimum not met`",
    source: "§4",
  },
  stopOrdersHold: {
    values: [false, true],
    about: "resting stop orders reserve funds",
    source: "§2.6 [1]",
  },
  clientOrderIdUppercase: {
    values: [true, false],
    about: "upper-case letters in a free-text cl_ord_id",
    source: "§2.5 [C]",
  },
  neverIssuedIdError: {
    values: ["Invalid order", "Unknown order"],
    about: "cancelling an id that was never issued",
    source: "§2.6 [1]",
  },
  amendBelowFilled: {
    values: ["cancelled", "refused"],
    about: "an amend to less than is filled: cancels the remainder, or `EOrder:Not enough leaves qty`",
    source: "§2.6 [C]",
  },
  limitPriceOnPlainStop: {
    values: ["refused", "ignored"],
    about: "limit_price in an amend of an order without a limit: `EOrder:Invalid limit price`, or nothing",
    source: "§2.6 [1]",
  },
  editedOrderReason: {
    values: ["replaced", "user"],
    about: "the reason of an order that was edited: `Order replaced` or `User requested`",
    source: "§2.3 [1]",
  },
  validationOrder: {
    values: ["minimum first", "tick first"],
    about: "which of several faults of an order is reported",
    source: "§8 point 7 [?]",
  },
  indexAvailable: {
    values: [true, false],
    about: "stops may refer to the index",
    source: "§2.4",
  },
  postOnlyCrossing: {
    values: ["refused", "accepted and cancelled"],
    about: "a post-only order that would take",
    source: "§4, §11 [C]",
  },
  noParentText: {
    values: ["null", "None"],
    about: "`refid` of an order without a parent",
    source: "§2.3: both in samples",
  },
  noUserref: {
    values: ["0", "null"],
    about: "`userref` of an order without one",
    source: "§2.3",
  },
  tradeOrderTypeText: {
    values: ["stop limit", "stop-loss-limit"],
    about: "ordertype of a stop-loss-limit in a trade object",
    source: "§2.3 [1]",
  },
  balancesInFlexible: {
    values: [false, true],
    about: "crypto balances appear as `XBT.F`, `ETH.F`, … in Balance and BalanceEx",
    source: "§7 Balance suffixes",
  },
  balanceExNumbers: {
    values: [false, true],
    about: "BalanceEx sends numbers instead of strings",
    source: "§2.3",
  },
  tradeVolumeWithoutPair: {
    values: ["null", "absent"],
    about: "`fees` of TradeVolume without a pair",
    source: "§2.3 [1]",
  },
  tradeVolumeSpelling: {
    values: ["minfee", "min_fee"],
    about: "member names of TradeVolume",
    source: "§2.3",
  },
  apiKeyInfoSpelling: {
    values: ["snake_case", "camelCase"],
    about: "member names of GetApiKeyInfo",
    source: "§2.3 [C]",
  },
  historyCost: {
    values: ["2", "4"],
    about: "what Ledgers and TradesHistory cost in the REST counter",
    source: "§3.1 [C]",
  },
  queryLedgersCost: {
    values: ["2", "1"],
    about: "what QueryLedgers costs in the REST counter",
    source: "§3.1 [1]",
  },
  historyStartExclusive: {
    values: [true, false],
    about: "`start` of histories leaves out rows at that very time",
    source: "§2.3 [1]",
  },
  queryOrdersByClientIdAlone: {
    values: [false, true],
    about: "QueryOrders takes cl_ord_id without txid",
    source: "§2.5 [1]",
  },
  queryOrdersUnknownId: {
    values: ["left out", "refused"],
    about: "ids that do not exist in QueryOrders: left out, or `EOrder:Invalid order`",
    source: "§2.3 [1]",
  },
  validatePresenceCounts: {
    values: [true, false],
    about: "any value of `validate`, even false, means validate",
    source: "§2.4",
  },
  deadlineMinimum: {
    values: ["open", "enforced"],
    about: "REST refuses a deadline that is less than about 2 s away",
    source: "§2.4 [1]",
  },
  batchNeedsBothPermissions: {
    values: [true, false],
    about: "AddOrderBatch needs close-trades as well",
    source: "§1.4 [1]",
  },
  lastTradeStatus: {
    values: ["partially_filled", "filled"],
    about: "order_status of the trade row that completes an order",
    source: "§6.1",
  },
  executionId: {
    values: ["trade id", "other"],
    about: "exec_id is the key of TradesHistory, or another id",
    source: "§6.1 [1]",
  },
  replyOrder: {
    values: ["reply first", "frames first"],
    about: "whether a trading reply comes before or after its executions frames",
    source: "§6.3, §11 [?]",
  },
  batchAddPartialFailure: {
    values: ["row fails", "reply fails"],
    about: "an order of batch_add that lacks funds: an error in its row, or of the whole reply",
    source: "§11 [?]",
  },
  batchCancelMinimum: {
    values: ["2", "1"],
    about: "fewest orders in batch_cancel",
    source: "§6.3 [1]",
  },
  exponentNumbersAccepted: {
    values: [true, false],
    about: "numbers like 1e-7 in WebSocket trading requests",
    source: "§6.3, §11 [?]",
  },
  feeArrays: {
    values: ["empty", "listed"],
    about: "`fees` and `fees_maker` of AssetPairs",
    source: "§7, §11 [?]",
  },
  slashNameAccepted: {
    values: [true, false],
    about: "REST takes `BTC/USD` as a pair name",
    source: "§2.1 [1]",
  },
  tradesSinceZero: {
    values: ["first", "newest"],
    about: "Trades with since=0 starts at the first trade there is, or gives the newest",
    source: "§2.2 [1]",
  },
  tradesLast: {
    values: ["whole", "cut off"],
    about: "the cursor `last` of Trades has fewer than 19 digits",
    source: "§2.2 [1]",
  },
  publicLimits: {
    values: [false, true],
    about: "public REST calls and WebSocket connects are limited per address",
    source: "§3.3",
  },
  clientOrderIdScope: {
    values: ["open orders", "all orders"],
    about: "among which orders of an account a cl_ord_id has to be unique",
    source: "§2.5 [1]",
  },
  bookExponents: {
    values: [false, true],
    about: "tiny quantities of the book as `0E-8`; checksums are over the plain text",
    source: "§11 [?]",
  },
};

export const switchNames: readonly SwitchName[] = Object.keys(definitions).filter(isSwitchName);

export function isSwitchName(name: string): name is SwitchName {
  return Object.hasOwn(definitions, name);
}

export function describeSwitch(name: SwitchName): {
  readonly values: readonly (string | boolean)[];
  readonly about: string;
  readonly source: string;
} {
  return definitions[name];
}

/** The behaviours that are in force. */
export class Switches {
  readonly #chosen = new Map<SwitchName, number>();

  value<N extends SwitchName>(name: N): SwitchValues[N] {
    const definition = definitions[name];
    return definition.values[this.#chosen.get(name) ?? 0] ?? definition.values[0];
  }

  /** Returns false, and changes nothing, when the value is none of the switch's. */
  set(name: SwitchName, value: unknown): boolean {
    const index = describeSwitch(name).values.findIndex((each) => each === value);
    if (index < 0) {
      return false;
    }
    this.#chosen.set(name, index);
    return true;
  }

  /** Sets several switches; names and values are checked by their types. */
  setAll(values: Partial<SwitchValues>): void {
    for (const name of switchNames) {
      const value = values[name];
      if (value !== undefined) {
        this.set(name, value);
      }
    }
  }

  /** Draws every switch, so that a client can not rely on one reading of the protocol. */
  draw(random: Random): void {
    for (const name of switchNames) {
      this.#chosen.set(name, random.integer(describeSwitch(name).values.length));
    }
  }

  all(): Record<string, string | boolean> {
    return Object.fromEntries(switchNames.map((name) => [name, this.value(name)]));
  }
}
