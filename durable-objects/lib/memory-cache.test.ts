import { expect, it } from "vitest";
import { makeMemoryCache } from "./memory-cache.ts";

it("keeps a value for its lifetime and no longer", () => {
  const cache = makeMemoryCache<string>(5_000, 10);
  cache.set("a", "one", 1_000);
  expect(cache.get("a", 5_999)).toBe("one");
  expect(cache.get("a", 6_000)).toBeNull();
  expect(cache.get("b", 1_000)).toBeNull();
});

it("lets the oldest leave when it is full, and counts a renewed one as new", () => {
  const cache = makeMemoryCache<number>(5_000, 2);
  cache.set("a", 1, 0);
  cache.set("b", 2, 1);
  cache.set("a", 3, 2);
  cache.set("c", 4, 3);
  expect([cache.get("a", 4), cache.get("b", 4), cache.get("c", 4)]).toEqual([3, null, 4]);
});
