/** Rows and views for tests of the panels: one plausible value of each kind, changed where a test cares. */
import type {
  AccountState,
  AccountView,
  ExchangeStandingView,
  ExternalOrderView,
  PositionView,
} from "../../../../contract/accounts.ts";
import type { KrakenCredentialsView, KrakenCredentialView } from "../../../../contract/credentials.ts";
import { KEY_PERMISSION_FACTS } from "../../../../domain/venue/keys.ts";
import { KEY_PERMISSIONS } from "../../../../domain/venue/wishes.ts";
import type { Ticker } from "../../../../contract/markets.ts";
import type { FillView, OrderStandingView, OrderView } from "../../../../contract/orders.ts";
import type { RiskView } from "../../../../contract/risk.ts";
import { decimal } from "../../../../domain/decimal.ts";
import type { Candle, Instrument, Trade } from "../../../../domain/market.ts";
import { describedSettings } from "../../../../domain/risk/settings-table.ts";
import { WIDE_RISK } from "../../../../domain/testing/wide-risk.ts";

export const NOW = Date.UTC(2026, 10, 25, 12, 0, 0);

export const bitcoin: Instrument = {
  symbol: "BTC/USD",
  restName: "XXBTZUSD",
  base: "BTC",
  quote: "USD",
  priceDecimals: 1,
  tickSize: decimal("0.1"),
  quantityDecimals: 8,
  baseDecimals: 10,
  quoteDecimals: 4,
  costDecimals: 5,
  minimumQuantity: decimal("0.00005"),
  minimumCost: decimal("0.5"),
  status: "online",
};

export const ether: Instrument = {
  ...bitcoin,
  symbol: "ETH/USD",
  restName: "XETHZUSD",
  base: "ETH",
  priceDecimals: 2,
  tickSize: decimal("0.01"),
  minimumQuantity: decimal("0.001"),
};

export function sampleTicker(change: Partial<Ticker> = {}): Ticker {
  return {
    symbol: "BTC/USD",
    bid: decimal("64250"),
    ask: decimal("64250.2"),
    last: decimal("64250.1"),
    lastTime: NOW,
    mark: decimal("64250.1"),
    markTime: NOW,
    high24h: decimal("65010"),
    low24h: decimal("63500"),
    volume24h: decimal("1234.5"),
    change24h: decimal("250.1"),
    changePercent24h: decimal("0.39"),
    status: "online",
    fresh: true,
    staleSince: null,
    staleReason: null,
    ...change,
  };
}

export function sampleOrder(change: Partial<OrderView> = {}): OrderView {
  return {
    id: "order-1",
    accountId: "account-1",
    symbol: "BTC/USD",
    side: "buy",
    type: "limit",
    timeInForce: "gtc",
    postOnly: false,
    quantity: decimal("0.5"),
    limitPrice: decimal("64000"),
    triggerPrice: null,
    trailingPercent: null,
    conditionalClose: null,
    venueOrderId: null,
    expiresAt: null,
    status: "open",
    filledQuantity: decimal("0"),
    filledCost: decimal("0"),
    averagePrice: null,
    fees: decimal("0"),
    feeAsset: "USD",
    version: 1,
    origin: "manual",
    reason: null,
    createdAt: NOW,
    updatedAt: NOW,
    seq: 5,
    ...change,
  };
}

/** An order that Kraken has, with nothing on its way. */
export function sampleStanding(change: Partial<OrderStandingView> = {}): OrderStandingView {
  return {
    placement: "confirmed",
    waitsFor: [],
    amend: null,
    cancel: null,
    notBefore: null,
    waitReason: null,
    ...change,
  };
}

export function sampleFill(change: Partial<FillView> = {}): FillView {
  return {
    id: "fill-1",
    orderId: "order-1",
    accountId: "account-1",
    symbol: "BTC/USD",
    side: "buy",
    price: decimal("64000"),
    quantity: decimal("0.5"),
    cost: decimal("32000"),
    fee: decimal("128"),
    feeAsset: "USD",
    liquidity: "taker",
    realisedProfit: null,
    origin: "manual",
    late: false,
    tradeId: null,
    time: NOW,
    seq: 6,
    ...change,
  };
}

export function samplePosition(change: Partial<PositionView> = {}): PositionView {
  return {
    asset: "BTC",
    symbol: "BTC/USD",
    quantity: decimal("0.5"),
    held: decimal("0"),
    cost: decimal("32128"),
    averageEntryPrice: decimal("64256"),
    realisedProfit: decimal("0"),
    dust: false,
    protection: {
      status: "protected",
      reason: null,
      stop: { type: "fixed", price: decimal("61043.2"), percent: null },
      target: null,
      stopOrderId: "stop-1",
      protectedQuantity: decimal("0.5"),
      ownStop: null,
      stopNet: "desk",
    },
    openedAt: NOW - 3_600_000,
    ...change,
  };
}

export function sampleAccount(change: Partial<AccountView> = {}): AccountView {
  return {
    id: "account-1",
    name: "Paper",
    kind: "paper",
    market: "sim",
    currency: "USD",
    fees: { takerPercent: decimal("0.4"), makerPercent: decimal("0.25") },
    limits: { ...WIDE_RISK, ordersPerMinute: 30, priceCollarPercent: decimal("5") },
    baseline: decimal("10000"),
    realisedProfit: decimal("0"),
    feesPaid: decimal("0"),
    day: { startedAt: NOW - 43_200_000, equity: decimal("10000"), flows: decimal("0"), zone: "UTC" },
    balances: [
      {
        asset: "USD",
        total: decimal("10000"),
        held: decimal("0"),
        available: decimal("10000"),
        external: decimal("0"),
      },
    ],
    positions: [],
    halts: [],
    priceAlerts: [],
    exchange: null,
    createdAt: NOW - 86_400_000,
    seq: 1,
    ...change,
  };
}

/** Settings that deny nothing, and an account that holds cash alone. */
export function sampleRisk(change: Partial<RiskView> = {}): RiskView {
  return {
    settings: sampleAccount().limits,
    planned: null,
    standing: {
      equity: decimal("10000"),
      exposure: decimal("0"),
      exposurePercent: decimal("0"),
      exposureRoom: null,
      drawdownPercent: decimal("0"),
      peak: decimal("10000"),
      dayLoss: decimal("0"),
      dayLossPercent: decimal("0"),
      openPositions: 0,
      lossAtStops: decimal("0"),
      positions: [],
    },
    notices: [],
    table: describedSettings(),
    at: NOW,
    ...change,
  };
}

export function sampleExchange(change: Partial<ExchangeStandingView> = {}): ExchangeStandingView {
  return {
    connection: { status: "trading", reason: null, retryAt: null },
    externalOrders: [],
    differences: [],
    reconciledAt: NOW,
    ...change,
  };
}

export function sampleExternalOrder(change: Partial<ExternalOrderView> = {}): ExternalOrderView {
  return {
    venueOrderId: "OHAND-11111-AAAAAA",
    symbol: "BTC/USD",
    side: "sell",
    type: "limit",
    quantity: decimal("0.1"),
    filledQuantity: decimal("0"),
    limitPrice: decimal("70000"),
    triggerPrice: null,
    openedAt: NOW - 60_000,
    ...change,
  };
}

/** $8,000 of cash, 0.5 BTC of which 0.3 were there before the desk. */
export function sampleKrakenAccount(change: Partial<AccountView> = {}): AccountView {
  return sampleAccount({
    id: "account-k",
    name: "Kraken",
    kind: "kraken",
    fees: { takerPercent: decimal("0.26"), makerPercent: decimal("0.16") },
    balances: [
      {
        asset: "USD",
        total: decimal("8000"),
        held: decimal("0"),
        available: decimal("8000"),
        external: decimal("0"),
      },
      {
        asset: "BTC",
        total: decimal("0.5"),
        held: decimal("0"),
        available: decimal("0.2"),
        external: decimal("0.3"),
      },
    ],
    positions: [samplePosition({ quantity: decimal("0.2"), cost: decimal("12800") })],
    exchange: sampleExchange(),
    ...change,
  });
}

export function sampleCredential(change: Partial<KrakenCredentialView> = {}): KrakenCredentialView {
  const slot = change.slot ?? "trading";
  return {
    slot,
    name: "desk",
    fingerprint: "a1b2c3d4",
    permissions: KEY_PERMISSIONS.map((permission) => {
      const facts = KEY_PERMISSION_FACTS[permission];
      const wanted = facts.wanted[slot];
      return { permission, label: facts.label, granted: wanted === "needed", wanted, purpose: facts.purpose };
    }),
    permissionsSource: "told",
    connectedAt: NOW - 3_600_000,
    checkedAt: NOW - 60_000,
    lastUsedAt: NOW - 5_000,
    lastError: null,
    ...change,
  };
}

export function sampleCredentials(change: Partial<KrakenCredentialsView> = {}): KrakenCredentialsView {
  return { refusal: null, trading: null, history: null, ...change };
}

export function sampleState(change: Partial<AccountState> = {}): AccountState {
  return { account: sampleAccount(), openOrders: [], recentOrders: [], recentFills: [], ...change };
}

export function sampleCandles(count: number, stepSeconds = 60): Candle[] {
  const length = stepSeconds * 1000;
  const first = Math.floor(NOW / length) * length - (count - 1) * length;
  return Array.from({ length: count }, (_, index) => ({
    time: first + index * length,
    open: decimal(String(64_000 + index)),
    high: decimal(String(64_020 + index)),
    low: decimal(String(63_980 + index)),
    close: decimal(String(64_010 + index)),
    volume: decimal("2.5"),
    trades: 9,
    closed: index < count - 1,
  }));
}

export function sampleTrades(count: number): Trade[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    symbol: "BTC/USD",
    price: decimal(String(64_000 + index)),
    quantity: decimal("0.25"),
    side: index % 2 === 0 ? ("buy" as const) : ("sell" as const),
    time: NOW - (count - index) * 1000,
  }));
}
