import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRandom } from "../../exchange-sim/random.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { isReady, launchDesk } from "../support/desk.ts";
import { FAULT_KINDS, FaultStorm } from "./fault-storm.ts";
import { Program } from "./program.ts";
import { disturb, StormTrader } from "./storm-traffic.ts";
import { balanceDifferences, connectKey, expectSameRecord, unsettledOrders, VenueAccount } from "./venue-account.ts";

/** ALL_FAULTS_SECONDS=600 is the long form; in it placements are lost on their way too. */
const SECONDS = Number(process.env.ALL_FAULTS_SECONDS ?? "8");
const IS_LONG = SECONDS >= 60;
const EVERY_MS = 500;

test(
  "with every fault of the exchange on at once, its record and the account agree to the last digit",
  async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-faults-"));
    const desk = await launchDesk({ stateFolder });
    try {
      await isReady(desk);
      const venue = new VenueAccount(desk.simulatorPort, "storm");
      const program = new Program(desk.origin);
      await program.signIn();
      const id = await connectKey(program, await venue.newKey({ USD: "100000", BTC: "1" }));
      const random = createRandom(process.env.ALL_FAULTS_SEED ?? "every fault");
      const storm = new FaultStorm(venue, random, IS_LONG);
      const trader = new StormTrader(program, id, random);
      const calls: Promise<void>[] = [];
      for (const end = Date.now() + SECONDS * 1_000; Date.now() < end;) {
        await storm.arm();
        await disturb(venue, random);
        calls.push(trader.act());
        await pause(EVERY_MS);
      }
      await storm.end();
      await Promise.all(calls);
      expect(trader.problems).toEqual([]);

      await expect
        .poll(() => unsettledOrders(program, id), { timeout: IS_LONG ? 300_000 : 60_000, interval: 500 })
        .toEqual([]);
      await expect
        .poll(() => balanceDifferences(program, venue), { timeout: IS_LONG ? 400_000 : 60_000, interval: 500 })
        .toEqual([]);
      const record = await expectSameRecord(program, id, venue);
      // Something was tried, and much went wrong.
      expect(record.trades).toBeGreaterThan(0);
      expect(trader.accepted).toBeGreaterThan(IS_LONG ? 30 : 0);
      expect(FAULT_KINDS.filter((kind) => storm.struck.has(kind)).length).toBeGreaterThan(IS_LONG ? 15 : 4);
      if (IS_LONG) {
        console.log(
          JSON.stringify({
            seconds: SECONDS,
            accepted: trader.accepted,
            ...record,
            struck: Object.fromEntries(storm.struck),
          }),
        );
      }
    } finally {
      await desk.stop();
      rmSync(stateFolder, { recursive: true, force: true });
    }
  },
  SECONDS * 1_000 + 780_000,
);
