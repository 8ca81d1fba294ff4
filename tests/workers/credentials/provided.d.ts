import "vitest";

declare module "vitest" {
  /** As tests/support/global-setup.ts provides it. */
  interface ProvidedContext {
    keyExchangeUrl: string;
  }
}
