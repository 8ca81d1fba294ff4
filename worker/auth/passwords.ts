/**
 * Password hashes: scrypt N=2^14 r=8 p=5 (an OWASP setting; about 150 ms). N·r·p stays under the platform's bound of 2^20,
 * which only the deployed platform enforces. The parameters stand in the hash, so that they can rise later.
 */
import { scrypt, timingSafeEqual } from "node:crypto";
import { fromHex, toHex } from "../hex.ts";

export const SCRYPT = { cost: 2 ** 14, blockSize: 8, parallelization: 5 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MAXIMUM_MEMORY = 64 * 1024 * 1024;
const stored = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([0-9a-f]+)\$([0-9a-f]+)$/;

type Parameters = { readonly cost: number; readonly blockSize: number; readonly parallelization: number };

/** "scrypt$N$r$p$salt$key", salt and key in hexadecimal. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const key = await derive(password, salt, SCRYPT);
  const { cost, blockSize, parallelization } = SCRYPT;
  return `scrypt$${cost}$${blockSize}$${parallelization}$${toHex(salt)}$${toHex(key)}`;
}

/** True when the password gave this hash; compares in constant time. */
export async function verifyPassword(input: { hash: string; password: string }): Promise<boolean> {
  const [, cost, blockSize, parallelization, salt, key] = stored.exec(input.hash) ?? [];
  if (salt === undefined || key === undefined) {
    return false;
  }
  const expected = fromHex(key);
  const actual = await derive(input.password, fromHex(salt), {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
  });
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function derive(password: string, salt: Uint8Array, parameters: Parameters): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // One spelling of a character typed on two keyboards must give one key.
    scrypt(password.normalize("NFKC"), salt, KEY_BYTES, { ...parameters, maxmem: MAXIMUM_MEMORY }, (error, key) => {
      if (error === null) {
        resolve(key);
      } else {
        reject(error);
      }
    });
  });
}
