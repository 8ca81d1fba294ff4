import { pause } from "../../scripts/lib/wait.ts";
import type { Program } from "../../tests/process/program.ts";

/** Milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Resolves when the symbol (BTC-USD) has a price to trade on; attempts that nothing answers are repeated. */
export async function freshPrice(program: Program, symbol: string): Promise<void> {
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    try {
      const { body } = await program.ask("GET", `/api/markets/${symbol}/book`, null, null);
      if (JSON.stringify(body).includes('"fresh":true')) {
        return;
      }
    } catch {
      // It is being started.
    }
    await pause(50);
  }
  throw new Error(`${symbol} has no fresh price`);
}

/** Repeats what a busy machine did not answer in time; nothing of it is measured. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 5) {
        throw error;
      }
      await pause(1_000);
    }
  }
}
