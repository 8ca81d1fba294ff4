import type { Reporter } from "vitest/node";
import { noteLog } from "./noted.ts";

/** Keeps what tests and the Worker in them write to the console, which is shown for failed tests only. */
export default class LogReporter implements Reporter {
  onUserConsoleLog({ content }: { readonly content: string }): void {
    noteLog("console", content.endsWith("\n") ? content : `${content}\n`);
  }
}
