import { inspect } from "node:util";
import { expect, it } from "vitest";
import { Secret } from "./secret.ts";
import { testSecret } from "../../tests/support/secrets.ts";

it("shows a secret to nobody but who asks for it by name", () => {
  const secret = new Secret(testSecret("VAULT_SECRET", "hunter2-hunter2"));
  const shown = [
    String(secret),
    `${secret.toString()}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ nested: { secret } }, { depth: 9, showHidden: true }),
    Object.values(secret).join(),
  ];
  expect(shown.filter((text) => text.includes("hunter2"))).toEqual([]);
  expect(shown[0]).toBe("[redacted]");
  expect(secret.reveal()).toBe("hunter2-hunter2");
});
