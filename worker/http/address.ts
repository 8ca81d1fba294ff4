/** Address of the client. Cloudflare sets the header itself and drops a forged one; on one's own machine there is none. */
export function clientAddress(headers: Headers): string {
  return headers.get("cf-connecting-ip") ?? "127.0.0.1";
}
