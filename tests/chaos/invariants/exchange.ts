/** What the exchange may never see of this desk, looked at after every step. */
import { Broken } from "../story.ts";
import { short, type ModelExchange } from "../venue.ts";

export function checkExchange({ accepted, rateRefusals }: ModelExchange): void {
  for (const [name, count] of accepted) {
    if (count > 1) {
      throw new Broken(`one intent, ${String(count)} orders at the exchange: ${short(name)}`);
    }
  }
  if (rateRefusals > 0) {
    throw new Broken("the exchange answered that a rate limit was exceeded");
  }
}
