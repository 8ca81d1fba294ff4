/** Book frames as Kraken writes them: a snapshot, then updates that set, remove and re-enter levels near the top. */
export type BookFrames = { readonly snapshot: string; readonly updates: readonly string[] };

/** The same seed gives the same frames. Checksums are left at 0: both sides compute, neither compares. */
export function bookFrames(depth: number, count: number, seed: number): BookFrames {
  const random = generator(seed);
  const price = (side: "bids" | "asks", rank: number) =>
    (side === "asks" ? 64_000.1 + rank / 10 : 63_999.9 - rank / 10).toFixed(1);
  const level = (side: "bids" | "asks", rank: number, quantity: number) =>
    `{"price":${price(side, rank)},"qty":${quantity.toFixed(8)}}`;
  const side = (name: "bids" | "asks") =>
    Array.from({ length: depth }, (_, rank) => level(name, rank, 0.1 + random())).join(",");
  const stamp = '"timestamp":"2026-01-01T00:00:00.000000Z"';
  const snapshot = `{"channel":"book","type":"snapshot","data":[{"symbol":"BTC/USD","bids":[${side("bids")}],"asks":[${side("asks")}],"checksum":0,${stamp}}]}`;
  const ranks = {
    bids: Array.from({ length: depth }, (_, rank) => rank),
    asks: Array.from({ length: depth }, (_, rank) => rank),
  };
  const updates = Array.from({ length: count }, () => {
    const name = random() < 0.5 ? "bids" : "asks";
    const standing = ranks[name];
    // Most changes are near the top; the square keeps the tail busy enough to test sorting.
    const place = Math.floor(random() ** 2 * depth);
    const rank = standing[place] ?? 0;
    const vacant = rank > 0 && standing[place - 1] !== rank - 1;
    const kind = random();
    let change = level(name, rank, 0.1 + random() * 3);
    if (kind < 0.2) {
      // A level goes, and the one that enters at the bottom comes in the same message.
      const entering = (standing.at(-1) ?? 0) + 1;
      standing.splice(place, 1);
      standing.push(entering);
      change = `${level(name, rank, 0)},${level(name, entering, 1)}`;
    } else if (kind < 0.4 && vacant) {
      standing.splice(place, 0, rank - 1);
      standing.length = depth;
      change = level(name, rank - 1, 1);
    }
    const [bids, asks] = name === "bids" ? [change, ""] : ["", change];
    return `{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[${bids}],"asks":[${asks}],"checksum":0,${stamp}}]}`;
  });
  return { snapshot: fromWire(snapshot), updates: updates.map(fromWire) };
}

/** One flat string, as a socket hands it over; a concatenation would be put together inside the measurement. */
function fromWire(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
