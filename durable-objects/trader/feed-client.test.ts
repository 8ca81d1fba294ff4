import { expect, it } from "vitest";
import { Clock } from "./clock.ts";
import { FeedClient } from "./feed-client.ts";

it("a feed that does not answer lets no private socket be dialled", async () => {
  const away = (): never => {
    throw new Error("the feed is away");
  };
  const feed = new FeedClient(away, "trader", new Clock("live", () => 0));
  expect(await feed.takePrivateDial()).toBeGreaterThan(0);
});
