import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { run as runSchema, runPage, usage, type RunView } from "../../../contract/assistant.ts";
import { assistantServerFrame } from "../../../contract/assistant-socket.ts";
import { add, compare, decimal, sum } from "../../../domain/decimal.ts";
import { addEndpoint, ask, BASE, faultUrl, mockUrl, newDesk, traderIdOf, waitFor, type Desk } from "./support.ts";

const STEPS = 28;
const LIMIT = decimal("4");
const PRICE = { input: "0", cachedInput: "0", output: "50" };

/** A small generator with a seed, so that a failure can be played again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function reset(traderId: string): Promise<void> {
  await runInDurableObject(env.ASSISTANT.getByName(traderId), (_instance, state) => {
    state.abort("reset by a test");
  }).catch(() => undefined);
}

async function runsOf({ client }: Desk): Promise<readonly RunView[]> {
  return runPage.parse(await (await client.get(`${BASE}/runs?limit=200`)).json()).rows;
}

describe("runs, stops and resets in any order", () => {
  it.each([1, 2, 3, 4])("leave every run ended once, paid once and within the budget (seed %s)", async (seed) => {
    const random = generator(seed);
    const desk = await newDesk();
    const { client } = desk;
    const endpoints = [
      await addEndpoint(desk, mockUrl(), { price: PRICE }),
      await addEndpoint(desk, faultUrl("endless"), { price: PRICE }),
      await addEndpoint(desk, faultUrl("hang"), { price: PRICE }),
      await addEndpoint(desk, faultUrl("status401"), { price: PRICE }),
    ];
    await client.send("PUT", `${BASE}/usage/budget`, { body: { total: LIMIT } });
    const traderId = await traderIdOf(desk);
    const started: string[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      const dice = random(10);
      await new Promise((resolve) => setTimeout(resolve, random(80)));
      if (dice < 6) {
        const answers = await Promise.all(
          Array.from({ length: 1 + random(3) }, () =>
            ask(desk, endpoints[random(endpoints.length)] ?? "", "[prose]", { withContext: false }),
          ),
        );
        for (const answer of answers) {
          if (answer.status === 201) {
            started.push(runSchema.parse(await answer.json()).id);
          } else {
            expect(answer.status).toBe(422);
          }
        }
      } else if (dice < 9 && started.length > 0) {
        await client.post(`${BASE}/runs/${started[random(started.length)] ?? ""}/stop`);
      } else {
        await reset(traderId);
      }
    }
    for (const id of started) {
      await client.post(`${BASE}/runs/${id}/stop`);
    }
    const runs = await waitFor("everything has ended", async () => {
      const all = await runsOf(desk);
      return all.every(({ endedAt }) => endedAt !== null) ? all : null;
    });
    expect(runs.map(({ id }) => id).toSorted()).toEqual(started.toSorted());
    expect(runs.every(({ reserved }) => reserved === "0")).toBe(true);
    for (const { status, sentAt, usage: used } of runs) {
      // What was never sent costs nothing.
      expect(sentAt !== null || used?.cost === "0" || status === "stopped").toBe(true);
    }
    const today = usage.parse(await (await client.get(`${BASE}/usage`)).json());
    expect(today.total.reserved).toBe("0");
    expect(today.total.spent).toBe(sum(runs.map((each) => each.usage?.cost ?? decimal("0"))));
    expect(compare(add(today.total.spent, today.total.reserved), LIMIT)).toBeLessThanOrEqual(0);
    await everyFrameOnce(traderId);
  });
});

/** Of each run the kept frames are numbered without gaps or repetition, and end once. */
async function everyFrameOnce(traderId: string): Promise<void> {
  const rows = await runInDurableObject(env.ASSISTANT.getByName(traderId), (_instance, state) =>
    state.storage.sql
      .exec<{ runId: string; frame: string }>("SELECT run_id AS runId, frame FROM frames ORDER BY run_id, seq")
      .toArray(),
  );
  for (const [, frames] of Map.groupBy(rows, ({ runId }) => runId)) {
    const parsed = frames.map(({ frame }) => assistantServerFrame.parse(JSON.parse(frame)));
    const numbers = parsed.map((frame) => ("seq" in frame ? frame.seq : null));
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(parsed.filter(({ type }) => type === "end" || type === "error" || type === "interrupted")).toHaveLength(1);
  }
}
