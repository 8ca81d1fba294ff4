/** What goes on while everything goes wrong: somebody trades, and the exchange has its own life. */
import { z } from "zod";
import type { Random } from "../../exchange-sim/random.ts";
import type { Answer, Program } from "./program.ts";
import type { VenueAccount } from "./venue-account.ts";

const placed = z.object({ order: z.object({ id: z.string() }) });

/** Lines that break, tokens that end, money that comes and goes, a market that moves. */
export async function disturb(venue: VenueAccount, random: Random): Promise<void> {
  switch (random.integer(24)) {
    case 0:
      await venue.admin("POST", "drop-connections", { which: random.integer(2) === 0 ? "private" : "all" });
      break;
    case 1:
      await venue.admin("POST", "expire-tokens", {});
      break;
    case 2:
      await venue.admin("POST", "text", {});
      break;
    case 3:
      await venue.admin("POST", "deposit", {
        account: "storm",
        asset: "USD",
        amount: random.integer(2) === 0 ? "25.5" : "-10.25",
      });
      break;
    case 4:
    case 5:
      await venue.admin("POST", "price", { symbol: "BTC/USD", price: String(62_000 + random.integer(3_000)) });
      break;
    default:
  }
}

/** Places, cancels and amends; what the desk denies it leaves. */
export class StormTrader {
  accepted = 0;
  /** What the desk answered that it should not have. */
  readonly problems: string[] = [];
  readonly #program: Program;
  readonly #orders: string;
  readonly #random: Random;
  readonly #ids: string[] = [];
  #count = 0;

  constructor(program: Program, accountId: string, random: Random) {
    this.#program = program;
    this.#orders = `/api/accounts/${accountId}/orders`;
    this.#random = random;
  }

  /** One action, to its answer. Never rejects. */
  async act(): Promise<void> {
    try {
      await this.#act();
    } catch (error) {
      this.problems.push(String(error));
    }
  }

  async #act(): Promise<void> {
    this.#count += 1;
    const key = `act-${String(this.#count)}`;
    const some = this.#ids[this.#random.integer(Math.max(1, this.#ids.length))];
    const draw = this.#random.integer(10);
    if (draw < 6 || some === undefined) {
      const { status, body } = expected(
        [201, 422],
        await this.#program.insist("POST", this.#orders, this.#request(), key),
      );
      if (status === 201) {
        this.accepted += 1;
        this.#ids.push(placed.parse(body).order.id);
      }
    } else if (draw < 9) {
      expected([200, 409, 422], await this.#program.insist("DELETE", `${this.#orders}/${some}`, null, key));
    } else {
      expected(
        [200, 409, 422],
        await this.#program.insist("PATCH", `${this.#orders}/${some}`, { quantity: "0.0015" }, key),
      );
    }
  }

  #request(): object {
    const draw = this.#random.integer(3);
    const common = { symbol: "BTC/USD", side: "buy", quantity: "0.001" };
    if (draw === 0) {
      return { ...common, type: "market", timeInForce: "ioc" };
    }
    return { ...common, type: "limit", limitPrice: String((draw === 1 ? 58_000 : 63_500) + this.#random.integer(500)) };
  }
}

function expected(statuses: readonly number[], answer: Answer): Answer {
  if (!statuses.includes(answer.status)) {
    throw new Error(`the desk answered ${String(answer.status)} ${JSON.stringify(answer.body)}`);
  }
  return answer;
}
