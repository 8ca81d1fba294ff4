import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { workerdBelow } from "../../scripts/lib/descendants.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { isReady, launchDesk } from "../support/desk.ts";
import { Program } from "./program.ts";
import { balanceDifferences, connectKey, expectSameRecord, unsettledOrders, VenueAccount } from "./venue-account.ts";

const INTENTS = Number(process.env.KILL_INTENTS ?? "16");
const BURST = 8;
const LATEST_KILL_MS = 400;
/** `npm start` gives up on a worker that is lost more than three times within a minute. */
const KILLS_AT_ONCE = 3;
const BETWEEN_KILLS_MS = 21_000;
const MARKETS = ["BTC/USD", "ETH/USD"] as const;

test(
  "kill -9 while real orders are on their way: the exchange's record and the account agree to the last digit",
  async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-kraken-kill-"));
    const desk = await launchDesk({ stateFolder });
    try {
      await isReady(desk);
      const venue = new VenueAccount(desk.simulatorPort, "killed");
      const program = new Program(desk.origin);
      await program.signIn();
      const id = await connectKey(program, await venue.newKey({ USD: "100000", BTC: "1" }));

      const orderIds: string[] = [];
      let killedAt = 0;
      for (let first = 0; first < INTENTS; first += BURST) {
        if (INTENTS / BURST - 1 > KILLS_AT_ONCE) {
          await pause(Math.max(0, killedAt + BETWEEN_KILLS_MS - Date.now()));
        }
        const victims = workerdBelow(desk.process.pid ?? 0);
        expect(victims.length).toBeGreaterThan(0);
        const burst = Array.from({ length: BURST }, (_, index) => trade(program, id, first + index));
        if (first > 0) {
          await pause(((first * 7919) % 97) * (LATEST_KILL_MS / 97));
          const before = desk.output().length;
          killedAt = Date.now();
          for (const pid of victims) {
            process.kill(pid, "SIGKILL");
          }
          await expect.poll(() => desk.output().slice(before), { timeout: 60_000 }).toContain("The desk is back.");
        }
        orderIds.push(...(await Promise.all(burst)));
      }
      expect(program.unanswered).toBeGreaterThan(0);
      expect(new Set(orderIds).size).toBe(INTENTS);

      // Whatever the kills left unknown is resolved by reading: "absent" needs the deadline, a minute and two empty reads.
      await expect.poll(() => unsettledOrders(program, id), { timeout: 200_000, interval: 1_000 }).toEqual([]);
      await expect.poll(() => balanceDifferences(program, venue), { timeout: 90_000, interval: 1_000 }).toEqual([]);
      const record = await expectSameRecord(program, id, venue);
      expect(record.submitted).toBe(INTENTS);
      if (process.env.KILL_INTENTS !== undefined) {
        console.log(JSON.stringify({ intents: INTENTS, unanswered: program.unanswered, ...record }));
      }
    } finally {
      await desk.stop();
      rmSync(stateFolder, { recursive: true, force: true });
    }
  },
  480_000 + (INTENTS / BURST) * BETWEEN_KILLS_MS,
);

async function trade(program: Program, accountId: string, index: number): Promise<string> {
  const symbol = MARKETS[index % 2] ?? "BTC/USD";
  const quantity = symbol === "BTC/USD" ? "0.001" : "0.02";
  const rests = index % 3 !== 0;
  const request = {
    symbol,
    side: "buy",
    quantity,
    ...(rests
      ? { type: "limit", limitPrice: symbol === "BTC/USD" ? String(61_500 + index) : String(1_500 + index) }
      : { type: "market", timeInForce: "ioc" }),
  };
  const orders = `/api/accounts/${accountId}/orders`;
  let { status, body } = await program.insist("POST", orders, request, `intent-${String(index)}`);
  if (status === 422) {
    // Denied for now (a price that is not fresh after the start, a read that is under way): another intent.
    for (let again = 0; status === 422 && again < 40; again += 1) {
      await pause(1_000);
      ({ status, body } = await program.insist("POST", orders, request, `intent-${String(index)}-${String(again)}`));
    }
  }
  expect({ status, body }).toMatchObject({ status: 201 });
  const { order } = z.object({ order: z.object({ id: z.string() }) }).parse(body);
  if (index % 4 === 1) {
    await program.insist("DELETE", `${orders}/${order.id}`, null, `cancel-${String(index)}`);
  }
  return order.id;
}
