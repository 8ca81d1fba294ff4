import type { kraken as Rest, pro } from "ccxt";
import type { Exchange } from "../../../exchange-sim/exchange.ts";

export type Client = Rest;
export type ProClient = InstanceType<(typeof pro)["kraken"]>;

/** Points a ccxt client at the simulator instead of Kraken. Its nonces become microseconds, so that none repeats. */
export function connectCcxt<T extends Rest>(client: T, exchange: Exchange): T {
  const ws = {
    public: exchange.wsUrl,
    private: exchange.wsAuthUrl,
    publicV2: exchange.wsUrl,
    privateV2: exchange.wsAuthUrl,
  };
  Object.assign(client.urls, { api: { public: exchange.url, private: exchange.url, ws } });
  // For ws:// addresses ccxt wants an agent that has to be loaded first; none is needed.
  Object.assign(client, { getHttpAgentIfNeeded: () => undefined });
  client.enableRateLimit = false;
  let last = 0;
  client.nonce = () => {
    last = Math.max(Date.now() * 1_000, last + 1);
    return last;
  };
  return client;
}
