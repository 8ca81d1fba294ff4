/** Requests over the runtime's own fetch. */
import type { Transport } from "./api.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A redirect is not followed: a signed request goes to the venue's own address and to no other. */
export function fetchTransport(fetcher: Fetch = (url, init) => fetch(url, init)): Transport {
  return async ({ url, method, headers, body }, signal) => {
    const response = await fetcher(url, { method, headers: { ...headers }, body, signal, redirect: "manual" });
    return { status: response.status, body: await response.text() };
  };
}
