import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ROOT_FEED } from "../../../durable-objects/market-feed/names.ts";

const feed = () => env.MARKET_FEED.getByName(ROOT_FEED);

describe("the market feed", () => {
  it("shows a verified market of the simulated exchange", async () => {
    const view = await feed().marketView("BTC/USD");
    console.log(JSON.stringify(view).slice(0, 900));
    expect(view.ok).toBe(true);
    const c = await feed().candles("BTC/USD", "1m", null, 5);
    console.log(JSON.stringify(c));
    console.log(JSON.stringify(await feed().ticker("BTC/USD")));
    console.log(JSON.stringify(await feed().heartbeat()), JSON.stringify(await feed().watched()));
  });
});
