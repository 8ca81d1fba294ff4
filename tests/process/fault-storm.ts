/** Every fault of the simulator, armed at once and for as long as the storm lasts, each on one endpoint, method or channel at a time. */
import { z } from "zod";
import { faultKinds, type FaultKind, type FaultWish } from "../../exchange-sim/admin/faults.ts";
import type { Random } from "../../exchange-sim/random.ts";
import type { VenueAccount } from "./venue-account.ts";

const READS = [
  "Balance",
  "BalanceEx",
  "OpenOrders",
  "ClosedOrders",
  "QueryOrders",
  "TradesHistory",
  "Ledgers",
  "TradeVolume",
];
const PUBLIC = ["Trades", "OHLC", "AssetPairs", "GetWebSocketsToken"];
const CHANGES = ["CancelOrder", "AmendOrder", "cancel_order", "amend_order"];
const PLACEMENTS = ["AddOrder", "add_order"];
const PRIVATE_CHANNELS = ["executions", "balances"];
const PUBLIC_CHANNELS = ["book", "trade", "ticker", "ohlc"];
const AMBIGUOUS = ["EService:Unavailable", "EGeneral:Internal error", "EService:Busy", "EService:Timeout"];

/** Never used up: they are taken away after a while, and armed elsewhere. */
const LASTING: ReadonlySet<FaultKind> = new Set(["readsLag", "silentChannel", "noHeartbeats"]);
const LASTING_MS = 4_000;
/** One that nothing has met is tried elsewhere. */
const UNMET_MS = 10_000;

const armed = z.object({ armed: z.array(z.object({ id: z.number() })) });
const added = z.object({ id: z.number() });

export const FAULT_KINDS: readonly FaultKind[] = Object.keys(faultKinds).filter((name): name is FaultKind =>
  Object.hasOwn(faultKinds, name),
);

export class FaultStorm {
  /** How often each has struck. */
  readonly struck = new Map<FaultKind, number>();
  readonly #venue: VenueAccount;
  readonly #random: Random;
  readonly #mayLosePlacements: boolean;
  readonly #board = new Map<FaultKind, { readonly id: number; readonly since: number }>();

  /**
   * An order that was lost on its way counts as absent two minutes later (TRADING §6): `mayLosePlacements` false leaves that out.
   */
  constructor(venue: VenueAccount, random: Random, mayLosePlacements: boolean) {
    this.#venue = venue;
    this.#random = random;
    this.#mayLosePlacements = mayLosePlacements;
  }

  /** Arms whatever was used up since, so that every kind is on. To be called again and again. */
  async arm(): Promise<void> {
    const left = new Set(armed.parse(await this.#venue.admin("GET", "faults", null)).armed.map(({ id }) => id));
    for (const kind of FAULT_KINDS) {
      const known = this.#board.get(kind);
      const age = known === undefined ? 0 : Date.now() - known.since;
      if (known !== undefined && !left.has(known.id)) {
        this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
      } else if (known !== undefined && age > (LASTING.has(kind) ? LASTING_MS : UNMET_MS)) {
        await this.#venue.admin("DELETE", "faults", { id: known.id });
        if (LASTING.has(kind)) {
          this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
        }
      } else if (known !== undefined) {
        continue;
      }
      const { id } = added.parse(await this.#venue.admin("POST", "faults", this.#wish(kind)));
      this.#board.set(kind, { id, since: Date.now() });
    }
  }

  /** Takes every fault away. */
  async end(): Promise<void> {
    await this.#venue.admin("DELETE", "faults", {});
    await this.#venue.admin("POST", "unlock", {});
  }

  #wish(kind: FaultKind): FaultWish {
    const wish = { kind, ...(LASTING.has(kind) ? {} : { times: 1 }) };
    switch (kind) {
      case "dropAnswer":
      case "delayAnswer":
        return {
          ...wish,
          target: this.#one([...READS, ...PUBLIC, ...CHANGES, ...PLACEMENTS]),
          milliseconds: this.#ms(8_000),
        };
      case "delay":
        return { ...wish, target: this.#losable(), milliseconds: this.#ms(8_000) };
      case "dropRequest":
        return { ...wish, target: this.#losable() };
      case "html520":
        return { ...wish, ...this.#halfDone() };
      case "error":
        return { ...wish, ...this.#halfDone(), text: this.#one(AMBIGUOUS) };
      case "invalidNonce":
        return { ...wish, target: this.#one([...READS, "CancelOrder", "AddOrder", "GetWebSocketsToken"]) };
      case "tooManyRequests":
        return { ...wish, target: this.#one([...READS, ...PUBLIC, "CancelOrder", "AddOrder"]) };
      case "readsLag":
        return { ...wish, milliseconds: this.#ms(6_000) };
      case "duplicateFrame":
      case "dropFrame":
      case "sequenceGap":
        return { ...wish, target: this.#one(PRIVATE_CHANNELS) };
      case "silentChannel":
        return { ...wish, target: this.#one(PUBLIC_CHANNELS), symbol: this.#one(["BTC/USD", "ETH/USD"]) };
      case "ackFailure":
        return { ...wish, target: this.#one(PUBLIC_CHANNELS) };
      case "refuseConnections":
        return {
          ...wish,
          target: this.#one(["public", "private"]),
          status: this.#one(["429", "403"]) === "403" ? 403 : 429,
        };
      case "reorderFrames":
      case "corruptChecksum":
      case "noHeartbeats":
        return wish;
    }
  }

  #losable(): string {
    return this.#one([...READS, ...PUBLIC, ...CHANGES, ...(this.#mayLosePlacements ? PLACEMENTS : [])]);
  }

  #halfDone(): { readonly target: string; readonly executed: boolean } {
    const target = this.#one([...READS, ...PUBLIC, ...CHANGES, ...PLACEMENTS]);
    const executed = this.#random.integer(2) === 0 || (!this.#mayLosePlacements && PLACEMENTS.includes(target));
    return { target, executed };
  }

  #one(values: readonly string[]): string {
    return values[this.#random.integer(values.length)] ?? "";
  }

  #ms(most: number): number {
    return 200 + this.#random.integer(most);
  }
}
