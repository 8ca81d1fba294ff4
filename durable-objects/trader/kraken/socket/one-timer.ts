import type { Milliseconds } from "../../../../domain/market.ts";
import type { PrivateSocketPorts } from "./port.ts";

/** One timer for whatever is due first. One that rings too early finds nothing to do and is set again. */
export class OneTimer {
  readonly #schedule: PrivateSocketPorts["schedule"];
  readonly #ring: () => void;
  #set: { readonly at: Milliseconds; readonly cancel: () => void } | null = null;

  constructor(schedule: PrivateSocketPorts["schedule"], ring: () => void) {
    this.#schedule = schedule;
    this.#ring = ring;
  }

  /** `due`: Infinity when nothing is. */
  arm(due: Milliseconds): void {
    if (this.#set !== null && this.#set.at <= due && due !== Infinity) {
      return;
    }
    this.#set?.cancel();
    this.#set = null;
    if (due !== Infinity) {
      const cancel = this.#schedule(due, () => {
        this.#set = null;
        this.#ring();
      });
      this.#set = { at: due, cancel };
    }
  }
}
