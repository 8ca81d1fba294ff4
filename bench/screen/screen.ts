import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { z } from "zod";
import { chromiumArguments, findChromium } from "../../scripts/lib/chromium.ts";
import { toolEnvironment } from "../../scripts/lib/paths.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { startDesk } from "../lib/desk.ts";
import type { Section } from "../lib/report.ts";
import { startServer } from "../lib/server.ts";
import { SYMBOLS } from "../fan-out/symbols.ts";
import { milliseconds, percentile } from "../lib/statistics.ts";

const SECONDS = 10;
const LONG_MS = 50;

const figures = z.object({ gaps: z.array(z.number()), longTasks: z.number() });
type Frames = z.infer<typeof figures> & { readonly messages: number; readonly symbols: number };

/** Frame times of the desk in Chromium while fifty symbols change ten times a second, with the list of all of them open. */
export async function benchScreen(): Promise<Section> {
  const folder = join(import.meta.dirname, "..", "fan-out");
  const venue = startServer("the venue", process.execPath, [join(folder, "venue.ts")], toolEnvironment(), folder);
  const desk = await startDesk(Number(await venue.firstLine));
  const executablePath = findChromium();
  const browser = await chromium.launch({
    args: [...chromiumArguments],
    ...(executablePath === undefined ? {} : { executablePath }),
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    // Watched pairs are live in the list, each with its own small chart.
    const watched = JSON.stringify({ watched: SYMBOLS });
    await page.addInitScript(`localStorage.setItem("tradewithai.preferences", ${JSON.stringify(watched)})`);
    await page.goto(`${desk.origin}/trade/C00-USD?tf=1m`);
    await page.getByRole("button", { name: /Try it/ }).click();
    await page.getByRole("grid", { name: /Order book of C00/ }).waitFor();
    const alone = await measure(page);
    await page
      .getByRole("button", { name: /C00\/USD/ })
      .first()
      .click();
    await page.getByRole("dialog").waitFor();
    await pause(2_000);
    const all = await measure(page);
    const row = (what: string, { gaps, longTasks, messages, symbols }: Frames) => ({
      what,
      figure: milliseconds(percentile(gaps, 0.99)),
      against: `longest ${milliseconds(percentile(gaps, 1))}, ${gaps.filter((gap) => gap > LONG_MS).length} of ${gaps.length} over ${LONG_MS} ms, ${longTasks} long tasks, ${(messages / SECONDS).toFixed(1)} messages/s of ${symbols} symbols; goal: none over ${LONG_MS} ms`,
    });
    return {
      title: "Frames on screen",
      method: `Time between two painted frames of the desk in headless Chromium without a GPU, ${SECONDS} s, p99; venue, desk and browser share the machine. A long task is one of over ${LONG_MS} ms on the page's main thread.`,
      rows: [row("the desk of one symbol", alone), row("with the list of 50 watched symbols open", all)],
    };
  } finally {
    await browser.close();
    await desk.stop();
    await venue.stop();
  }
}

async function measure(page: Page): Promise<Frames> {
  const symbols = new Set<string>();
  let messages = 0;
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  session.on("Network.webSocketFrameReceived", ({ response }) => {
    messages += 1;
    for (const [, symbol] of response.payloadData.matchAll(/"channel":"ticker","symbol":"([^"]+)"/g)) {
      symbols.add(symbol ?? "");
    }
  });
  const measured = figures.parse(await page.evaluate(sampler));
  await session.detach();
  return { ...measured, messages, symbols: symbols.size };
}

/** Runs in the page. */
const sampler = `new Promise((resolve) => {
  const gaps = [];
  let longTasks = 0;
  new PerformanceObserver((list) => { longTasks += list.getEntries().length; }).observe({ type: "longtask" });
  const start = performance.now();
  let last = start;
  requestAnimationFrame(function next(now) {
    gaps.push(now - last);
    last = now;
    if (now - start < ${SECONDS * 1000}) {
      requestAnimationFrame(next);
    } else {
      resolve({ gaps: gaps.slice(1), longTasks });
    }
  });
})`;
