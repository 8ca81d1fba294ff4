import { describe, expect, it } from "vitest";
import { statusUnder } from "./venue-status.ts";

describe("a pair's status", () => {
  it("is the stricter of its own and the whole venue's", () => {
    expect(statusUnder("online", "online")).toBe("online");
    expect(statusUnder("cancel_only", "online")).toBe("cancel_only");
    expect(statusUnder("post_only", "limit_only")).toBe("post_only");
    expect(statusUnder("post_only", "cancel_only")).toBe("cancel_only");
    expect(statusUnder("online", "reduce_only")).toBe("reduce_only");
    expect(statusUnder("maintenance", "online")).toBe("maintenance");
  });

  it("is its own under a venue that says something unknown", () => {
    expect(statusUnder("dreaming", "post_only")).toBe("post_only");
  });
});
