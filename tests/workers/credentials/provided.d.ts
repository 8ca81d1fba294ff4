import "vitest";

declare module "vitest" {
  /** As tests/support/global-setup.ts provides it. */
  interface ProvidedContext {
    newExchangeUrl: string;
  }
}
