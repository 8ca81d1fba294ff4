/** Fees of the pairs that an account has to do with, as the exchange charges them (TRADING §6). */
import type { Instrument, Milliseconds } from "../../../domain/market.ts";
import type { Judge } from "./judge.ts";
import type { PatientReads } from "./patient-reads.ts";
import type { KrakenAccountPorts } from "./ports.ts";

/** Pairs asked about at once. */
const FEE_PAIRS = 40;
/** Fees follow the volume of 30 days: they are asked for again this often, and at every start. */
const FEES_KEPT_MS = 6 * 3_600_000;

type Ports = Pick<KrakenAccountPorts, "now" | "pairs" | "rest">;

export class FeeReader {
  readonly #ports: Ports;
  readonly #judge: Judge;
  readonly #reads: PatientReads;
  #readAt: Milliseconds = 0;

  constructor(ports: Ports, judge: Judge, reads: PatientReads) {
    this.#ports = ports;
    this.#judge = judge;
    this.#reads = reads;
  }

  async readWhenOld(): Promise<void> {
    if (this.#ports.now() - this.#readAt > FEES_KEPT_MS) {
      await this.read();
    }
  }

  /** Of every pair that the account has to do with, and of the most usual ones; of what is left the dearest is assumed. */
  async read(): Promise<void> {
    const pairs = (await this.#ports.pairs()).filter(({ status }) => status !== "delisted");
    const state = this.#judge.state;
    const held = new Set(Object.keys(state?.holdings ?? {}));
    const traded = pairs.filter(({ symbol, base }) => held.has(base) || state?.instruments[symbol] !== undefined);
    const others = pairs.filter((pair) => !traded.includes(pair));
    const dollars = others.filter(({ quote }) => quote === "USD");
    const usual = [...dollars, ...others.filter(({ quote }) => quote !== "USD")].slice(0, FEE_PAIRS);
    const chosen = [...traded, ...usual];
    for (let start = 0; start < chosen.length; start += FEE_PAIRS) {
      const some = chosen.slice(start, start + FEE_PAIRS);
      if (!(await this.#learnFeesOf(some)) && !(await this.#learnFeesOf(some.slice(0, 1)))) {
        return; // Asked again at the next look.
      }
    }
    this.#readAt = chosen.length === 0 ? this.#readAt : this.#ports.now();
  }

  async #learnFeesOf(pairs: readonly Instrument[]): Promise<boolean> {
    const reply = await this.#reads.patiently(() => this.#ports.rest.tradeVolume(pairs, { lane: "resolving" }));
    if (reply.ok) {
      this.#judge.apply({ type: "learn_fees", fees: reply.value.fees });
    }
    return reply.ok;
  }
}
