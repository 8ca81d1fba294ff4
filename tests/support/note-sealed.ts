/**
 * Runs before every test file of the desk: whatever is sealed there for a user, and whatever seals it, is noted as a secret, however it
 * came into the test.
 */
import { afterAll } from "vitest";
import { Secret } from "../../durable-objects/lib/secret.ts";
import { type SealedFor, Vault } from "../../durable-objects/lib/vault.ts";
import { secretPart } from "../../scripts/lib/leaks/carried.ts";
import type { SecretKind } from "../../scripts/lib/leaks/kinds.ts";
import { collectSecrets, handOverSecrets } from "./secrets.ts";

const KINDS: readonly (readonly [purpose: RegExp, what: SecretKind])[] = [
  [/^kraken \w+ key$/u, "key of the exchange"],
  [/^kraken \w+ secret$/u, "secret of the exchange"],
  [/^model key /u, "key of a model provider"],
  [/^notify telegram token$/u, "token of a Telegram bot"],
  [/^notify webhook address$/u, "address of a webhook"],
  [/^notify webhook secret$/u, "secret of a webhook"],
];

/** Configuration takes no shorter one. */
const MASTER_LENGTH = 32;

const seal: (vault: Vault, ...rest: Parameters<Vault["seal"]>) => Promise<string> = Function.prototype.call.bind(
  // oxlint-disable-next-line typescript/unbound-method -- bound right here
  Vault.prototype.seal,
);
const reveal: (secret: Secret) => string = Function.prototype.call.bind(
  // oxlint-disable-next-line typescript/unbound-method -- bound right here
  Secret.prototype.reveal,
);

Vault.prototype.seal = function sealAndNote(what: SealedFor, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const [, kind] = KINDS.find(([purpose]) => purpose.test(what.purpose)) ?? [];
  if (kind !== undefined) {
    collectSecrets([{ what: kind, secret: secretPart(kind, textOf(kind, bytes)) }]);
  }
  return seal(this, what, bytes);
};

Secret.prototype.reveal = function revealAndNote(): string {
  const text = reveal(this);
  // What is kept like this and was not noted before, as keys of models are when they are sealed, is a master.
  if (text.length >= MASTER_LENGTH) {
    collectSecrets([{ what: "VAULT_SECRET", secret: text }]);
  }
  return text;
};

afterAll(handOverSecrets);

/** A secret of the exchange is kept as the bytes that sign; it is shown in base64. */
function textOf(kind: SecretKind, bytes: Uint8Array): string {
  return kind === "secret of the exchange" ? btoa(String.fromCharCode(...bytes)) : new TextDecoder().decode(bytes);
}
