/**
 * Local runtimes never fire cron triggers by themselves: this does it on every full minute. Returns what stops it.
 * A failing run is reported once, until one has succeeded again.
 */
export function startCronTicker(origin: string): () => void {
  const url = `${origin}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`;
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  async function tick(): Promise<void> {
    const problem = await trigger(url);
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

async function trigger(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(55_000) });
    const text = await response.text();
    return response.ok ? undefined : `${response.status} ${text.slice(0, 200)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
