import { createServer, type Server } from "node:http";
import { afterEach, expect, it } from "vitest";
import { waitForDesk } from "./health.ts";
import { freePort } from "./ports.ts";

const patience = { healthy: 400, any: 800 };
const neverAborted = new AbortController().signal;
let server: Server | undefined;

async function answering(status: number, body: string): Promise<string> {
  const port = await freePort();
  server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server?.listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${port}/api/health`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

it("is content with a healthy desk", async () => {
  const url = await answering(200, '{"status":"ok"}');
  expect(await waitForDesk(url, patience, neverAborted)).toEqual({ kind: "healthy" });
});

it("lets a desk serve whose exchange is out of reach", async () => {
  const url = await answering(503, '{"status":"degraded"}');
  expect(await waitForDesk(url, patience, neverAborted)).toEqual({ kind: "degraded" });
});

it("tells what a desk says that is not set up", async () => {
  const url = await answering(503, '{"error":{"code":"CONFIG_INVALID"}}');
  expect(await waitForDesk(url, patience, neverAborted)).toEqual({
    kind: "down",
    problem: '503 {"error":{"code":"CONFIG_INVALID"}}',
  });
});

it("tells why nobody answers", async () => {
  const url = `http://127.0.0.1:${await freePort()}/api/health`;
  const state = await waitForDesk(url, patience, neverAborted);
  expect(state).toMatchObject({ kind: "down", problem: expect.stringContaining("ECONNREFUSED") as string });
});
