/** Finds the decisions in a block of JSON: one object, a list, a map keyed by symbol, or any of them in a wrapper (CASES "shape"). */
import type { JsonValue, ProposalVerdict, ReadProblem } from "../outcome.ts";
import type { Proposal } from "../proposal.ts";
import type { SymbolTable } from "./symbols.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

/** What a block of JSON says. A block without any decision-like object has neither proposals nor problems. */
export type BlockReading = {
  readonly proposals: readonly Proposal[];
  readonly problems: readonly ReadProblem[];
  /** The prose that came in the same object; null: none. */
  readonly analysis: string | null;
  /** True when it is an answer of the declared shape, even one that decides nothing. */
  readonly isDecision: boolean;
};

export type Validate = (value: JsonValue) => ProposalVerdict;

const wrappers = ["proposals", "decisions", "decision", "proposal", "trades", "signals", "propose_trades", "arguments"];
const fieldNames: ReadonlyMap<string, string> = new Map([
  ["action", "action"],
  ["symbol", "symbol"],
  ["ordertype", "orderType"],
  ["quantity", "quantity"],
  ["riskpercent", "riskPercent"],
  ["limitprice", "limitPrice"],
  ["stop", "stop"],
  ["stoploss", "stop"],
  ["stopprice", "stop"],
  ["target", "target"],
  ["takeprofit", "target"],
  ["targetprice", "target"],
  ["confidence", "confidence"],
  ["reasoning", "reasoning"],
  ["invalidation", "invalidation"],
  ["validforseconds", "validForSeconds"],
]);
const nothing: BlockReading = { proposals: [], problems: [], analysis: null, isDecision: false };

export function readBlock(value: JsonValue, symbols: SymbolTable, validate: Validate): BlockReading {
  if (isList(value)) {
    return readList(value, symbols, validate);
  }
  const object = objectOf(value);
  if (object === null) {
    return nothing;
  }
  if (looksLikeDecision(object)) {
    return judge(object, "", symbols, validate);
  }
  const wrapped = wrappers.map((name) => object[name]).find((inner) => isList(inner) || objectOf(inner) !== null);
  if (wrapped === undefined) {
    return { ...readMap(object, symbols, validate), analysis: textsOf(object) };
  }
  const inner = readBlock(wrapped, symbols, validate);
  const isEmptyAnswer = isList(wrapped) && wrapped.length === 0;
  if (!inner.isDecision && !isEmptyAnswer && isList(object.proposals)) {
    return { ...problem(["proposals"], "None of its entries is a decision."), analysis: textsOf(object) };
  }
  return { ...inner, analysis: textsOf(object) ?? inner.analysis, isDecision: inner.isDecision || isEmptyAnswer };
}

/** The prose that stands beside the decisions of an object, whole (CASES "reasoning kept whole"). */
function textsOf(object: JsonObject): string | null {
  const texts = Object.values(object).filter((value) => typeof value === "string");
  return texts.length === 0 ? null : texts.join("\n\n");
}

/** A list is one of decisions only when an entry looks like one: arrays of numbers never are (CASES "analysis before"). */
function readList(values: readonly JsonValue[], symbols: SymbolTable, validate: Validate): BlockReading {
  const entries = values.map(objectOf);
  if (!entries.some((entry) => entry !== null && looksLikeDecision(entry))) {
    return nothing;
  }
  return merged(
    entries.map((entry, index) =>
      entry !== null
        ? judge(entry, String(index), symbols, validate)
        : { ...nothing, problems: [{ path: String(index), message: "This entry is no decision." }], isDecision: true },
    ),
  );
}

/** {"BTC/USD": {"action": "buy", …}, "ETH/USD": {…}} */
function readMap(value: JsonObject, symbols: SymbolTable, validate: Validate): BlockReading {
  const decided = Object.entries(value).flatMap(([key, entry]) => {
    const decision = objectOf(entry);
    return decision !== null && fieldOf(decision, "action") !== undefined ? [{ key, decision }] : [];
  });
  if (decided.length === 0) {
    return nothing;
  }
  return merged(
    decided.map(({ key, decision }) => {
      const named = fieldOf(decision, "symbol");
      const own = typeof named === "string" ? symbols.inField(named) : null;
      const keyed = symbols.inField(key);
      if (own !== null && keyed !== null && own !== keyed) {
        return {
          ...nothing,
          problems: [{ path: key, message: `The decision under ${key} names another symbol, ${own}.` }],
          isDecision: true,
        };
      }
      return judge(named === undefined ? { symbol: key, ...decision } : decision, key, symbols, validate);
    }),
  );
}

function judge(value: JsonObject, path: string, symbols: SymbolTable, validate: Validate): BlockReading {
  const fields = new Map<string, JsonValue>();
  for (const [key, entry] of Object.entries(value)) {
    const name = nameOf(key) ?? key;
    if (fields.has(name)) {
      return problem([path, name], `${name} is there twice.`);
    }
    fields.set(name, entry);
  }
  const named = fields.get("symbol");
  if (typeof named === "string") {
    const symbol = symbols.inField(named);
    if (symbol === null) {
      return problem([path, "symbol"], `"${named.slice(0, 40)}" is no pair that the exchange lists.`);
    }
    fields.set("symbol", symbol);
  }
  const verdict = validate(Object.fromEntries(fields));
  if (verdict.ok) {
    return { ...nothing, proposals: [verdict.proposal], isDecision: true };
  }
  const problems = verdict.problems.map((found) => ({ ...found, path: joined([path, found.path]) }));
  return { ...nothing, problems, isDecision: true };
}

function problem(path: readonly string[], message: string): BlockReading {
  return { ...nothing, problems: [{ path: joined(path), message }], isDecision: true };
}

function joined(path: readonly string[]): string {
  return path.filter((part) => part !== "").join(".");
}

function merged(readings: readonly BlockReading[]): BlockReading {
  return {
    proposals: readings.flatMap(({ proposals }) => proposals),
    problems: readings.flatMap(({ problems }) => problems),
    analysis: null,
    isDecision: readings.some(({ isDecision }) => isDecision),
  };
}

/** Whether the object is meant as a decision: it names an action, or a symbol together with another field of ours. */
function looksLikeDecision(value: JsonObject): boolean {
  const known = Object.keys(value).map((key) => nameOf(key));
  return known.includes("action") || (known.includes("symbol") && known.some((name) => tradeFields.has(name ?? "")));
}

const tradeFields = new Set(["orderType", "quantity", "riskPercent", "limitPrice", "stop", "target", "confidence"]);

function nameOf(key: string): string | undefined {
  return fieldNames.get(key.toLowerCase().replaceAll(/[_\s-]/g, ""));
}

function fieldOf(value: JsonObject, name: string): JsonValue | undefined {
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The value as an object; null for anything else, a number token among them. */
function objectOf(value: JsonValue | undefined): JsonObject | null {
  if (typeof value !== "object" || value === null || isList(value)) {
    return null;
  }
  const object: JsonObject = value;
  return "numberText" in object && Object.keys(object).length === 1 ? null : object;
}
