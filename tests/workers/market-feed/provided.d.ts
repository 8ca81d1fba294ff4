import "vitest";

declare module "vitest" {
  /** As tests/support/global-setup.ts provides them. */
  interface ProvidedContext {
    faultyExchangeUrl: string;
    faultyExchangeWsUrl: string;
  }
}
