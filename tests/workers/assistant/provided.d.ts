import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    modelsUrl: string;
    modelFaultsUrl: string;
  }
}
