import { describe, it } from "vitest";
import { checkSeeds } from "./check-seeds.ts";

describe("a Kraken account in any storm", () => {
  it("agrees with the exchange to the last digit afterwards, and never breaks a rule meanwhile", async () => {
    await checkSeeds(1, 150);
  });
});
