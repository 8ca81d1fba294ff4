/**
 * How the operator shows who is asking: with a mark of the time and the request under the vault's master, which only they and
 * the desk know. It holds for five minutes and for one request body; what it can be repeated for has to be harmless to repeat.
 */
import type { Vault } from "./vault.ts";

/** The header that carries it. */
export const OPERATOR_PROOF_HEADER = "x-operator-proof";

const VALID_MS = 5 * 60_000;
const SHAPE = /^(\d{1,15})\.([0-9a-f]{64})$/;

export async function makeOperatorProof(vault: Vault, now: number, body: string): Promise<string> {
  return `${now}.${await markOf(vault, now, body)}`;
}

/** Whether the proof is of this request and of now. Only the current master counts. */
export async function isOperatorProof(vault: Vault, now: number, body: string, proof: string): Promise<boolean> {
  const [, time, mark] = SHAPE.exec(proof) ?? [];
  if (time === undefined || mark === undefined || Math.abs(now - Number(time)) > VALID_MS) {
    return false;
  }
  return isSame(mark, await markOf(vault, Number(time), body));
}

async function markOf(vault: Vault, time: number, body: string): Promise<string> {
  return (await vault.marks("operator", JSON.stringify([time, body]))).current;
}

/** Takes the same time whatever differs. Both have 64 characters. */
function isSame(left: string, right: string): boolean {
  const differences = Array.from(left, (character, index) => character.charCodeAt(0) ^ right.charCodeAt(index));
  return differences.every((difference) => difference === 0);
}
