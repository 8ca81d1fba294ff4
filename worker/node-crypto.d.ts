/**
 * The part of node:crypto that the Worker uses (the runtime has it by default). Declared here because @types/node would
 * also declare a hundred Node globals that a Worker does not have.
 */
declare module "node:crypto" {
  type Hash = {
    update(data: string | Uint8Array): Hash;
    digest(): Uint8Array;
    digest(encoding: "hex" | "base64" | "base64url"): string;
  };

  export function createHash(algorithm: "sha256"): Hash;
  export function createHmac(algorithm: "sha256" | "sha512", key: string | Uint8Array): Hash;
  export function timingSafeEqual(left: Uint8Array, right: Uint8Array): boolean;
  export function scrypt(
    password: string,
    salt: Uint8Array,
    keyLength: number,
    options: { cost: number; blockSize: number; parallelization: number; maxmem: number },
    callback: (error: Error | null, key: Uint8Array) => void,
  ): void;
}
