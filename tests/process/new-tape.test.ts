import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ticker, tradeList } from "../../contract/markets.ts";
import { placedOrder } from "../../contract/orders.ts";
import { isReady, launchDesk } from "../support/desk.ts";
import { Program } from "./program.ts";

test("a resting order fills although the exchange was started afresh and its trade ids begin again", async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-new-tape-"));
  let desk = await launchDesk({ stateFolder });
  try {
    await isReady(desk);
    const program = new Program(desk.origin);
    await program.signIn();
    const { id } = await program.account();
    const orders = `/api/accounts/${id}/orders`;
    const limitPrice = (await lastPrice(desk.origin, 0.97)).toFixed(1);
    const request = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "0.01", limitPrice };
    const placed = await program.insist("POST", orders, request, "resting");
    const { order } = placedOrder.parse(placed.body);
    expect(order.status).toBe("open");
    // The old tape gets well ahead of where the new one begins.
    const before = await tradeIds(desk.origin);
    await expect.poll(() => tradeIds(desk.origin), { timeout: 60_000 }).toBeGreaterThan(before + 10);
    const reached = await tradeIds(desk.origin);
    await desk.stop();
    rmSync(join(stateFolder, "exchange"), { recursive: true });
    desk = await launchDesk({ stateFolder, port: desk.port });
    await isReady(desk);
    program.origin = desk.origin;
    await expect.poll(() => tradeIds(desk.origin), { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await tradeIds(desk.origin)).toBeLessThan(reached);
    const price = (Number(limitPrice) * 0.995).toFixed(1);
    const moved = await fetch(`http://127.0.0.1:${desk.simulatorPort}/admin/price`, {
      method: "POST",
      body: JSON.stringify({ symbol: "BTC/USD", price, mode: "walk" }),
    });
    expect(moved.status).toBe(200);
    await expect
      .poll(async () => (await program.allOrders(id)).find((each) => each.id === order.id)?.status, { timeout: 40_000 })
      .toBe("filled");
    const log = readFileSync(join(stateFolder, "logs", "worker.log"), "utf8");
    expect(log.match(/"tape_began_anew","symbol":"BTC\/USD"/g)).toHaveLength(1);
  } finally {
    await desk.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
});

async function lastPrice(origin: string, share: number): Promise<number> {
  const { last } = ticker.parse(await (await fetch(`${origin}/api/markets/BTC-USD/ticker`)).json());
  return Number(last) * share;
}

/** The newest trade id that the desk shows; 0 before the first. */
async function tradeIds(origin: string): Promise<number> {
  const response = await fetch(`${origin}/api/markets/BTC-USD/trades?limit=1`);
  const body = tradeList.safeParse(await response.json());
  return body.data?.trades.at(-1)?.id ?? 0;
}
