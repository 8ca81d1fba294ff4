/** The shape of the corpus: replies written for the purpose, each with what exactly must come of it. */
import { decimal, type Decimal } from "../../decimal.ts";
import type { ClaimVerdict } from "../claims/claims.ts";
import type { ClaimField } from "../claims/patterns.ts";
import type { FinishReason, OutcomeKind, ProposalSource } from "../outcome.ts";
import type { Proposal } from "../proposal.ts";
import { createSymbolTable, type ListedPair } from "../reader/symbols.ts";
import { SNAPSHOT_VERSION, type Snapshot, type SnapshotMarket } from "../snapshot.ts";

/** Whose manner of writing it is. */
export type Style = "gpt" | "claude" | "gemini" | "deepseek" | "llama";

/** The typed fields of a proposal; its texts are compared only where the case says so. */
export type Expected = Omit<Proposal, "reasoning" | "invalidation">;

/** A number said of a field, in the order of the text. */
export type ExpectedClaim = readonly [value: string, field: ClaimField, verdict: ClaimVerdict];

export type CorpusCase = {
  readonly name: string;
  readonly style: Style;
  readonly text: string;
  readonly toolArguments?: readonly string[];
  readonly finish?: FinishReason;
  readonly refusal?: string;
  readonly outside?: readonly string[];
  readonly kind: OutcomeKind;
  readonly proposals?: readonly Expected[];
  readonly source?: ProposalSource;
  /** Paths of the problems, in order. */
  readonly problems?: readonly string[];
  /** Of every number that is said of a field; none where absent. */
  readonly claims?: readonly ExpectedClaim[];
  /** Claims are not listed: only that none is contradicted, or with `invented` that one is. */
  readonly anyClaims?: true;
  readonly invented?: true;
  /** A part of the text that must be found in the reasoning. */
  readonly reasoning?: string;
};

type Fields = Partial<Readonly<Record<"quantity" | "riskPercent" | "limitPrice" | "stop" | "target", string>>> & {
  readonly confidence?: number;
  readonly validForSeconds?: number;
};

export function buy(symbol: string, fields: Fields = {}): Expected {
  return expected("buy", symbol, fields);
}

export function sell(symbol: string, fields: Fields = {}): Expected {
  return expected("sell", symbol, fields);
}

export function hold(symbol: string, fields: Fields = {}): Expected {
  return expected("hold", symbol, fields);
}

export function close(symbol: string, fields: Fields = {}): Expected {
  return expected("close", symbol, fields);
}

function expected(action: Proposal["action"], symbol: string, fields: Fields): Expected {
  return {
    action,
    symbol,
    orderType: fields.limitPrice === undefined ? "market" : "limit",
    quantity: money(fields.quantity),
    riskPercent: money(fields.riskPercent),
    limitPrice: money(fields.limitPrice),
    stop: money(fields.stop),
    target: money(fields.target),
    confidence: fields.confidence ?? null,
    validForSeconds: fields.validForSeconds ?? null,
  };
}

function money(text: string | undefined): Decimal | null {
  return text === undefined ? null : decimal(text);
}

/** A fenced block of JSON. */
export function fenced(value: unknown, language = "json"): string {
  return `\`\`\`${language}\n${typeof value === "string" ? value : JSON.stringify(value, null, 2)}\n\`\`\``;
}

const listed =
  "BTC/USD ETH/USD SOL/USD XRP/USD ADA/USD DOGE/USD DOT/USD LINK/USD NEAR/USD AVAX/USD LTC/USD ATOM/USD SAND/USD GAS/USD FLOW/USD OP/USD BTC/EUR ETH/BTC";

export const CORPUS_PAIRS: readonly ListedPair[] = listed.split(" ").map((symbol) => {
  const [base = "", quote = ""] = symbol.split("/");
  return { symbol, base, quote };
});

export const CORPUS_SYMBOLS = createSymbolTable(CORPUS_PAIRS, "USD");

/** What the models of the corpus were shown. */
export const CORPUS_SNAPSHOT: Snapshot = {
  version: SNAPSHOT_VERSION,
  time: Date.UTC(2026, 10, 25, 12),
  market: "sim",
  accountKind: "paper",
  currency: "USD",
  equity: decimal("10137.94"),
  available: decimal("7580.25"),
  balances: [
    { asset: "USD", total: decimal("7580.25"), available: decimal("7580.25") },
    { asset: "ETH", total: decimal("0.75"), available: decimal("0.75") },
  ],
  positions: [
    {
      symbol: "ETH/USD",
      asset: "ETH",
      quantity: decimal("0.75"),
      averageEntryPrice: decimal("3380.5"),
      mark: decimal("3410.25"),
      value: decimal("2557.69"),
      unrealisedProfit: decimal("22.31"),
      stop: decimal("3211.48"),
      target: null,
    },
  ],
  openOrders: [],
  recentFills: [],
  limits: [{ name: "Position size", limit: decimal("25"), room: decimal("25"), unit: "%" }],
  symbols: [
    market("BTC/USD", ["64250.1", "64250", "64250.2", "0.2", "65010", "63120.5", "1.25"]),
    market("ETH/USD", ["3410.25", "3410.2", "3410.3", "0.1", "3465", "3350.1", "-0.84"]),
    market("SOL/USD", ["152.37", "152.36", "152.38", "0.02", "156.9", "149.12", "2.1"]),
  ],
};

function market(
  symbol: string,
  figures: readonly [string, string, string, string, string, string, string],
): SnapshotMarket {
  const [last, bid, ask, spread, high, low, change] = figures;
  return {
    symbol,
    last: decimal(last),
    lastTime: Date.UTC(2026, 10, 25, 12) - 400,
    bid: decimal(bid),
    ask: decimal(ask),
    spread: decimal(spread),
    high24h: decimal(high),
    low24h: decimal(low),
    volume24h: decimal("1845.2"),
    change24hPercent: decimal(change),
    fresh: true,
    candles: [],
    indicators: [],
  };
}
