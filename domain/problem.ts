/**
 * Refusals as values. The list of codes is closed: a code is never reused for another meaning, a new refusal gets a new
 * code. The wire shape and the HTTP status of each stand in contract/errors.ts.
 */
export const ERROR_CODES = [
  // Request
  "BAD_REQUEST",
  "MALFORMED_JSON",
  "IDEMPOTENCY_KEY_MISSING",
  "IDEMPOTENCY_KEY_REUSED",
  "BODY_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "CONFLICT",
  // Session
  "UNAUTHENTICATED",
  "SESSION_EXPIRED",
  "ORIGIN_REFUSED",
  "FORBIDDEN",
  "LOCKED_OUT",
  "RATE_LIMITED",
  // Markets
  "UNKNOWN_SYMBOL",
  "TOO_MANY_SYMBOLS",
  "MARKET_UNAVAILABLE",
  // Denials: orders
  "QUOTE_STALE",
  "MARKET_STATUS",
  "MARKET_MISMATCH",
  "QUANTITY_TOO_SMALL",
  "COST_TOO_SMALL",
  "PRICE_INVALID",
  "POST_ONLY_WOULD_CROSS",
  "INSUFFICIENT_FUNDS",
  "INSUFFICIENT_INVENTORY",
  "TOO_MANY_OPEN_ORDERS",
  "EXPIRY_INVALID",
  "NOTHING_TO_CLOSE",
  "UNREALISABLE_SIZE",
  "ORDER_VALUE_LIMIT",
  "POSITION_LIMIT",
  "POSITION_QUANTITY_LIMIT",
  "POSITION_PERCENT_LIMIT",
  "EXPOSURE_LIMIT",
  "RISK_PER_TRADE_LIMIT",
  "DRAWDOWN_LIMIT",
  "DAILY_LOSS_LIMIT",
  "LOSS_COOLDOWN",
  "EQUITY_UNKNOWN",
  "PROTECTIVE_RESERVE",
  "OPEN_POSITIONS_LIMIT",
  "ORDER_RATE_LIMIT",
  "PRICE_COLLAR",
  "SYMBOL_NOT_ALLOWED",
  "TRADING_PAUSED",
  "TRADING_HALTED",
  "HALT_NOT_OVER",
  "PRICE_ALERT_LIMIT",
  "CHANNEL_UNAVAILABLE",
  "ORDER_TYPE_UNAVAILABLE",
  "EXCHANGE_UNAVAILABLE",
  "UNRECONCILED",
  "ADOPTION_INVALID",
  "ORDER_NOT_OPEN",
  "AMEND_BELOW_FILLED",
  "NOTHING_CHANGED",
  "ACCOUNT_CLOSED",
  "ACCOUNT_LIMIT",
  // Kraken keys
  "KEYS_NOT_ACCEPTED",
  "KEY_REFUSED",
  "KEY_CAN_WITHDRAW",
  "KEY_CAN_TRADE",
  "KEY_LACKS_PERMISSION",
  "KEY_UNCONFIRMED",
  "KEY_IN_USE",
  "KEY_HAS_LIVE_ORDERS",
  "LEFT_AT_EXCHANGE",
  "KEY_UNREADABLE",
  // Models and what they propose
  "MODEL_NOT_READY",
  "MODEL_KEY_REFUSED",
  "MODEL_NO_ACCESS",
  "MODEL_QUOTA",
  "MODEL_UNREACHABLE",
  "MODEL_TIMEOUT",
  "MODEL_REFUSED",
  "MODEL_FAILED",
  "ENDPOINT_REFUSED",
  "MODEL_BUDGET",
  "PROMPT_TOO_LONG",
  "RUN_INTERRUPTED",
  "ASSISTANT_LIMIT",
  "PROPOSAL_EXPIRED",
  "PROPOSAL_DRIFTED",
  "PROPOSAL_DECIDED",
  "PROPOSAL_UNUSABLE",
  "CLAIM_CONTRADICTED",
  // Infrastructure
  "CONFIG_INVALID",
  "HISTORY_UNAVAILABLE",
  "TEMPORARILY_UNAVAILABLE",
  "INTERNAL",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Facts about a refusal for programs and for the "use the most that fits" button; every value is text. */
export type ErrorDetails = Readonly<Record<string, string>>;

/** An expected refusal. `message` is a sentence for the trader that names rule, limit and value. */
export type Problem = { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails };

/** The outcome of an operation that can be refused. Plain data: it crosses RPC. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Problem };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse<T = never>(code: ErrorCode, message: string, details: ErrorDetails = {}): Result<T> {
  return { ok: false, error: { code, message, details } };
}
