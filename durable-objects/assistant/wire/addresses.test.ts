import { describe, expect, it } from "vitest";
import { addressFault, readBaseUrls } from "./addresses.ts";

describe("an endpoint's address", () => {
  it.each(["https://openrouter.ai/api/v1", "https://gateway.example.org:8443/v1/"])(
    "%s is taken everywhere",
    (address) => {
      for (const environment of ["local", "staging", "production"] as const) {
        expect(addressFault(address, environment)).toBeNull();
      }
    },
  );

  it.each(["http://127.0.0.1:11434/v1", "http://localhost:1234", "http://[::1]:80/v1", "http://ollama.localhost/v1"])(
    "%s is this machine: taken when run locally, refused when deployed",
    (address) => {
      expect(addressFault(address, "local")).toBeNull();
      expect(addressFault(address, "production")).not.toBeNull();
      expect(addressFault(address.replace("http:", "https:"), "production")).not.toBeNull();
    },
  );

  it.each([
    "http://example.org/v1",
    "http://127.0.0.1.example.org/v1",
    "http://10.0.0.5/v1",
    "ws://127.0.0.1/v1",
    "https://user:secret@example.org/v1",
    "https://example.org/v1?key=secret",
    "not an address",
  ])("%s is refused, in words that do not repeat it", (address) => {
    const fault = addressFault(address, "local");
    expect(fault).toMatch(/^[A-Z].*\.$/);
    expect(fault).not.toContain("secret");
  });
});

describe("MODEL_BASE_URLS", () => {
  it("names an address for each provider, or is no list at all", () => {
    expect(readBaseUrls("")).toEqual(new Map());
    expect(readBaseUrls(" openai=http://127.0.0.1:1/v1  deepseek=https://a.b/?x=y ")).toEqual(
      new Map([
        ["openai", "http://127.0.0.1:1/v1"],
        ["deepseek", "https://a.b/?x=y"],
      ]),
    );
    for (const wrong of ["openai", "=https://a.b", "openai=nowhere"]) {
      expect(readBaseUrls(wrong)).toBeNull();
    }
  });
});
