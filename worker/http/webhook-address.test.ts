import { describe, expect, it } from "vitest";
import { webhookProblem } from "./webhook-address.ts";

describe("a webhook's address", () => {
  it.each(["https://hooks.example.com/T1/x", "https://93.184.216.34/hook", "https://172.15.0.1/"])(
    "is taken: %s",
    (url) => {
      expect(webhookProblem(new URL(url), false)).toBeNull();
    },
  );

  it.each([
    "http://hooks.example.com/",
    "http://127.0.0.1:8080/",
    "https://127.0.0.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://10.0.0.8/",
    "https://172.16.4.4/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest",
    "https://100.64.0.1/",
    "https://localhost/",
    "https://localhost./",
    "https://metadata.google.internal/",
    "https://intranet/",
    "https://[::1]/",
    "https://[fd00::1]/",
    "https://name:word@hooks.example.com/",
    "ftp://hooks.example.com/",
  ])("is refused: %s", (url) => {
    expect(webhookProblem(new URL(url), false)).not.toBeNull();
  });

  it("may be plain http on the developer's own machine, and nowhere else", () => {
    expect(webhookProblem(new URL("http://127.0.0.1:9000/hook"), true)).toBeNull();
    expect(webhookProblem(new URL("http://example.com/"), true)).not.toBeNull();
  });
});
