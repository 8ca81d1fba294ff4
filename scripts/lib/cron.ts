import { ask } from "./wait.ts";

/**
 * Local runtimes never fire cron triggers by themselves: this does it on every full minute. Returns what stops it.
 * A failing run is reported once, until one has succeeded again.
 */
export function startCronTicker(origin: string): () => void {
  const url = `${origin}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`;
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  async function tick(): Promise<void> {
    const problem = await ask(url, 55_000);
    if (problem !== undefined && !failing) {
      console.error(`The every-minute job failed (${problem}); it is tried again each minute.`);
    }
    failing = problem !== undefined;
  }

  function arm(): void {
    timer = setTimeout(
      () => {
        arm();
        void tick();
      },
      60_000 - (Date.now() % 60_000),
    );
  }

  arm();
  return () => clearTimeout(timer);
}
