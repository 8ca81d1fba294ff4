/** What is read of the assistant: lists, records, the export. */
import type { ChatDetailView, ChatPage, ProposalPage, RunPage, RunRecordView } from "../../contract/assistant.ts";
import { mostTokens } from "../../domain/assistant/budget.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import type { Parts } from "./parts.ts";
import type { PageAsked } from "./port.ts";
import type { ProposalFilter } from "./storage/proposal-table.ts";
import type { StoredRun } from "./storage/run-table.ts";

const RUNS_OF_A_CHAT = 200;
const EXPORT_PAGE = 100;
/** An RPC answer holds 32 MiB; older runs than fit are left out, and it says so. */
const MAXIMUM_CHARACTERS = 8_000_000;

export function chatPage({ library }: Parts, search: string, { cursor, limit }: PageAsked): Result<ChatPage> {
  const offset = positionOf(cursor, 0);
  if (offset === null) {
    return badCursor();
  }
  const rows = library.chats(search, offset, limit + 1);
  return ok({ rows: rows.slice(0, limit), next: rows.length > limit ? String(offset + limit) : null });
}

export function chatDetail({ library, runs, proposals, runDesk }: Parts, chatId: string): Result<ChatDetailView> {
  const chat = library.chat(chatId);
  if (chat === null) {
    return refuse("NOT_FOUND", "There is no such chat.");
  }
  const rows = runs.page(chatId, Number.MAX_SAFE_INTEGER, RUNS_OF_A_CHAT).toReversed();
  return ok({ chat, runs: rows.map((run) => runDesk.view(run)), proposals: [...proposals.ofChat(chatId)] });
}

export function runPage(
  { runs, runDesk }: Parts,
  chatId: string | null,
  { cursor, limit }: PageAsked,
): Result<RunPage> {
  const before = positionOf(cursor, Number.MAX_SAFE_INTEGER);
  if (before === null) {
    return badCursor();
  }
  const rows = runs.page(chatId, before, limit + 1);
  const shown = rows.slice(0, limit);
  return ok({
    rows: shown.map((run) => runDesk.view(run)),
    next: rows.length > limit ? String(shown.at(-1)?.number ?? 0) : null,
  });
}

export function proposalPage(
  { proposals }: Parts,
  filter: ProposalFilter,
  { cursor, limit }: PageAsked,
): Result<ProposalPage> {
  const before = positionOf(cursor, Number.MAX_SAFE_INTEGER);
  if (before === null) {
    return badCursor();
  }
  const rows = proposals.page(filter, before, limit + 1);
  const shown = rows.slice(0, limit);
  return ok({
    rows: shown.map(({ view }) => view),
    next: rows.length > limit ? String(shown.at(-1)?.number ?? 0) : null,
  });
}

export function runRecord(parts: Parts, runId: string): Result<RunRecordView> {
  const run = parts.runs.get(runId);
  return run === null ? refuse("NOT_FOUND", "There is no such run.") : ok(recordOf(parts, run));
}

/** Everything but keys. `complete` is false when not all runs fit. */
export function exportEverything(parts: Parts): Readonly<Record<string, unknown>> {
  const { library, runs, keys, spending, shadows } = parts;
  const records: RunRecordView[] = [];
  let characters = 0;
  let last = 0;
  let page = runs.all(last, EXPORT_PAGE);
  while (page.length > 0 && characters < MAXIMUM_CHARACTERS) {
    for (const run of page) {
      const record = recordOf(parts, run);
      characters += JSON.stringify(record).length;
      records.push(record);
      last = run.number;
    }
    page = runs.all(last, EXPORT_PAGE);
  }
  return {
    chats: library.chats("", 0, Number.MAX_SAFE_INTEGER),
    prompts: library.prompts(),
    endpoints: Object.fromEntries(library.endpoints()),
    budget: spending.limits(),
    usage: spending.today(),
    credentials: keys.exported(),
    shadowTrades: shadows.all(),
    runs: records,
    complete: page.length === 0,
  };
}

function recordOf({ proposals, runDesk }: Parts, run: StoredRun): RunRecordView {
  const { snapshot, snapshotText, view, raw, earlier, messages } = run;
  return {
    run: runDesk.view(run),
    messages: [...messages],
    snapshot:
      snapshot === null || snapshotText === null || view.snapshotHash === null
        ? null
        : {
            text: snapshotText,
            hash: view.snapshotHash,
            characters: snapshotText.length,
            estimatedTokens: mostTokens([snapshotText]),
            takenAt: snapshot.time,
          },
    rawReply: raw,
    earlierReply: earlier?.reply ?? null,
    proposals: [...proposals.ofRun(view.id)],
  };
}

function positionOf(cursor: string | null, start: number): number | null {
  if (cursor === null) {
    return start;
  }
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : null;
}

function badCursor<T>(): Result<T> {
  const fault = "is not one of this list";
  return refuse("BAD_REQUEST", `The request is not valid: cursor ${fault}.`, { cursor: fault });
}
