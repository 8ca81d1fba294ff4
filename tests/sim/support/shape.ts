/** The shape of JSON: which paths there are, and what kinds of values stand there. */

export type Shape = ReadonlyMap<string, ReadonlySet<string>>;

/** Ids, assets and pairs are keys that differ from answer to answer. */
function isName(key: string): boolean {
  return /^[A-Z0-9]{2,}[A-Za-z0-9./:-]*$/.test(key);
}

function kindOf(value: unknown): string {
  if (value === null) {
    return "null";
  }
  if (typeof value === "string") {
    return value !== "" && /^[+-]?\d+(\.\d+)?$/.test(value) ? "number as text" : "text";
  }
  return typeof value;
}

function collect(value: unknown, path: string, shape: Map<string, Set<string>>): void {
  if (Array.isArray(value)) {
    const isTuple = value.some((item) => typeof item !== "object") && new Set(value.map(kindOf)).size > 1;
    value.forEach((item: unknown, index) => {
      collect(item, `${path}[${isTuple ? String(index) : ""}]`, shape);
    });
    return;
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      collect(member, `${path}.${isName(key) ? "*" : key}`, shape);
    }
    return;
  }
  const kinds = shape.get(path) ?? new Set();
  kinds.add(kindOf(value));
  shape.set(path, kinds);
}

/** What all the values have, taken together. */
export function shapeOf(values: readonly unknown[]): Shape {
  const shape = new Map<string, Set<string>>();
  for (const value of values) {
    collect(value, "", shape);
  }
  return shape;
}

export interface Tolerance {
  /** Paths that the samples have and the simulator need not: other eras, other products. */
  readonly absent?: readonly string[];
  /** Paths that the simulator has and the samples need not. */
  readonly extra?: readonly string[];
  /** Whether numbers may stand as text and the other way round: ccxt and the documents changed them. */
  readonly isLoose?: boolean;
}

/** Differences between what was recorded and what the simulator says, as sentences. */
export function differences(recorded: Shape, simulated: Shape, tolerance: Tolerance = {}): string[] {
  const found: string[] = [];
  for (const [path, kinds] of recorded) {
    const ours = simulated.get(path);
    if (ours === undefined && !matches(tolerance.absent, path) && !hasInside(simulated, path)) {
      found.push(`missing ${path} (${[...kinds].join(", ")})`);
    } else if (ours !== undefined) {
      const strange = [...ours].filter((kind) => !fits(kind, kinds, tolerance.isLoose ?? false));
      found.push(...strange.map((kind) => `${path} is ${kind} instead of ${[...kinds].join(", ")}`));
    }
  }
  for (const path of simulated.keys()) {
    if (!recorded.has(path) && !matches(tolerance.extra, path) && !hasInside(recorded, path)) {
      found.push(`unknown ${path}`);
    }
  }
  return found;
}

function matches(paths: readonly string[] | undefined, path: string): boolean {
  return paths?.some((each) => path === each || path.startsWith(`${each}.`) || path.startsWith(`${each}[`)) ?? false;
}

/** An empty text or null where others have an object or list. */
function hasInside(shape: Shape, path: string): boolean {
  return [...shape.keys()].some((each) => each.startsWith(`${path}.`) || each.startsWith(`${path}[`));
}

function fits(kind: string, kinds: ReadonlySet<string>, isLoose: boolean): boolean {
  if (kinds.has(kind) || kind === "null" || (kinds.size === 1 && kinds.has("null"))) {
    return true;
  }
  const texts = ["text", "number as text"];
  const numbers = ["number", "number as text"];
  return (
    (texts.includes(kind) && [...kinds].some((each) => texts.includes(each))) ||
    (isLoose && numbers.includes(kind) && [...kinds].some((each) => numbers.includes(each)))
  );
}
