import { createServer } from "node:net";
import { Failure } from "./failure.ts";

export interface PortWish {
  readonly port: number;
  /** What listens there, for the sentence: "the desk". */
  readonly purpose: string;
  readonly flag: string;
  readonly variable: string;
}

/** A port number from the flag, else the environment variable, else the default. Throws a Failure on nonsense. */
export function choosePort(wish: Omit<PortWish, "port">, flagValue: string | undefined, fallback: number): PortWish {
  const text = flagValue ?? process.env[wish.variable];
  if (text === undefined || text === "") {
    return { ...wish, port: fallback };
  }
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65_535)) {
    throw new Failure(`${wish.flag} / ${wish.variable} must be a port from 1 to 65535; it is "${text}".`);
  }
  return { ...wish, port };
}

/** Throws a Failure that names the port and how to choose another one, if something listens there already. */
export async function requireFreePort(wish: PortWish): Promise<void> {
  if (!(await canListen(wish.port))) {
    throw new Failure(
      `Port ${wish.port}, wanted for ${wish.purpose}, is in use. Stop what listens there, or choose another: ` +
        `${wish.flag} NUMBER or ${wish.variable}=NUMBER.`,
    );
  }
}

/** A port that was free a moment ago, on 127.0.0.1. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === "string") {
          reject(new Error("the system gave no port"));
        } else {
          resolve(address.port);
        }
      });
    });
  });
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
