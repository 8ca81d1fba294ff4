import { expect, it } from "vitest";
import { refusalOfKeys } from "./acceptance.ts";

it("takes keys where they are allowed, and never in a replay", () => {
  const of = (
    ENVIRONMENT: "local" | "staging" | "production",
    MARKET: "sim" | "live" | "replay",
    KRAKEN_KEYS: "allowed" | "refused",
  ) => refusalOfKeys({ ENVIRONMENT, MARKET, KRAKEN_KEYS });
  expect(of("local", "sim", "allowed")).toBeNull();
  expect(of("local", "live", "allowed")).toBeNull();
  expect(of("production", "live", "allowed")).toBeNull();
  expect(of("local", "live", "refused")).toContain("npm run start:live -- --allow-kraken-key");
  expect(of("production", "live", "refused")).toContain("KRAKEN_KEYS");
  for (const environment of ["local", "staging", "production"] as const) {
    expect(of(environment, "replay", "allowed")).toContain("replay");
  }
});
