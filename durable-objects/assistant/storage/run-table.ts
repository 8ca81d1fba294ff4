/** SQL of runs and of the frames that clients may still have missed, and nothing else. */
import type {
  RunRecordView,
  RunStatus,
  RunView,
  SentMessageView,
  StartRunRequest,
} from "../../../contract/assistant.ts";
import type { AssistantServerFrame } from "../../../contract/assistant-socket.ts";
import type { Snapshot } from "../../../domain/assistant/snapshot.ts";
import { firstRow, type Sql } from "../../lib/sql.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";

/** What is kept of a run beside its texts. */
export type StoredView = Omit<RunView, "text" | "thinking" | "queuePosition">;
export type RawReply = NonNullable<RunRecordView["rawReply"]>;
/** A frame that is kept: one about a run, with its number. */
export type NumberedFrame = Exclude<AssistantServerFrame, { readonly type: "hello" }> & {
  readonly runId: string;
  readonly seq: number;
};

export type StoredRun = {
  readonly number: number;
  readonly view: StoredView;
  readonly request: StartRunRequest;
  readonly messages: readonly SentMessageView[];
  readonly snapshot: Snapshot | null;
  readonly snapshotText: string | null;
  readonly text: string;
  readonly thinking: string;
  readonly raw: RawReply | null;
  /** The first reply of a run that was asked again for want of room. */
  readonly earlier: EarlierReply | null;
};

/** `text` is what the trader saw of it. */
export type EarlierReply = { readonly reply: RawReply; readonly text: string; readonly thinking: string };

export type NewRun = {
  readonly idempotencyKey: string;
  readonly bodyHash: string;
  readonly view: StoredView;
  readonly request: StartRunRequest;
  readonly messages: readonly SentMessageView[];
  readonly snapshot: Snapshot | null;
  readonly snapshotText: string | null;
};

type Row = {
  readonly number: number;
  readonly view: string;
  readonly request: string;
  readonly messages: string;
  readonly snapshot: string | null;
  readonly snapshotText: string | null;
  readonly text: string;
  readonly thinking: string;
  readonly raw: string | null;
  readonly earlier: string | null;
};

const COLUMNS =
  "number, view, request, messages, snapshot, snapshot_text AS snapshotText, text, thinking, raw, earlier";
/** What lists need: the rest may be long. */
const LIST_COLUMNS =
  "number, view, request, '[]' AS messages, NULL AS snapshot, NULL AS snapshotText, text, thinking, NULL AS raw, NULL AS earlier";

export class RunTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  insert(run: NewRun): void {
    this.#sql.exec(
      `INSERT INTO runs (id, chat_id, idempotency_key, body_hash, status, view, request, messages, snapshot, snapshot_text,
         text, thinking, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', NULL)`,
      run.view.id,
      run.view.chatId,
      run.idempotencyKey,
      run.bodyHash,
      run.view.status,
      JSON.stringify(run.view),
      JSON.stringify(run.request),
      JSON.stringify(run.messages),
      run.snapshot === null ? null : JSON.stringify(run.snapshot),
      run.snapshotText,
    );
  }

  get(id: string): StoredRun | null {
    const row = firstRow<Row>(this.#sql, `SELECT ${COLUMNS} FROM runs WHERE id = ?`, id);
    return row === null ? null : stored(row);
  }

  /** The run that a key was used for, with the hash of its request; null for a new key. */
  byKey(key: string): { readonly id: string; readonly bodyHash: string } | null {
    return firstRow<{ id: string; bodyHash: string }>(
      this.#sql,
      "SELECT id, body_hash AS bodyHash FROM runs WHERE idempotency_key = ?",
      key,
    );
  }

  saveView(view: StoredView): void {
    this.#sql.exec("UPDATE runs SET status = ?, view = ? WHERE id = ?", view.status, JSON.stringify(view), view.id);
  }

  saveMessages(id: string, messages: readonly SentMessageView[]): void {
    this.#sql.exec("UPDATE runs SET messages = ? WHERE id = ?", JSON.stringify(messages), id);
  }

  /** The texts of a run that has ended. */
  saveReply(id: string, text: string, thinking: string, raw: RawReply | null): void {
    this.#sql.exec(
      "UPDATE runs SET text = ?, thinking = ?, raw = ? WHERE id = ?",
      text,
      thinking,
      raw === null ? null : JSON.stringify(raw),
      id,
    );
  }

  /** Keeps what came before the reply that is asked for now; null: it is the reply itself. */
  saveEarlier(id: string, earlier: EarlierReply | null): void {
    const kept = earlier === null ? null : JSON.stringify(earlier);
    this.#sql.exec("UPDATE runs SET earlier = ? WHERE id = ?", kept, id);
  }

  /** Those of one status, oldest first. */
  withStatus(...statuses: readonly RunStatus[]): readonly StoredRun[] {
    return this.#sql
      .exec<Row>(
        `SELECT ${COLUMNS} FROM runs WHERE status IN (SELECT value FROM json_each(?)) ORDER BY number`,
        JSON.stringify(statuses),
      )
      .toArray()
      .map(stored);
  }

  /** How many stand before it in the queue, itself counted. */
  placeInQueue(number: number): number {
    const query = "SELECT COUNT(*) AS n FROM runs WHERE status = 'queued' AND number <= ?";
    return firstRow<{ n: number }>(this.#sql, query, number)?.n ?? 0;
  }

  /** Newest first, before `before`. */
  page(chatId: string | null, before: number, limit: number): readonly StoredRun[] {
    return this.#sql
      .exec<Row>(
        `SELECT ${LIST_COLUMNS} FROM runs WHERE number < ?1 AND (?2 IS NULL OR chat_id = ?2) ORDER BY number DESC LIMIT ?3`,
        before,
        chatId,
        limit,
      )
      .toArray()
      .map(stored);
  }

  all(after: number, limit: number): readonly StoredRun[] {
    return this.#sql
      .exec<Row>(`SELECT ${COLUMNS} FROM runs WHERE number > ? ORDER BY number LIMIT ?`, after, limit)
      .toArray()
      .map(stored);
  }

  /** Those of a chat from which no order came, nor may still come. */
  idleOfChat(chatId: string): readonly string[] {
    return this.#sql
      .exec<{ id: string }>(
        `SELECT id FROM runs WHERE chat_id = ?
           AND id NOT IN (SELECT run_id FROM proposals WHERE status IN ('executing', 'placed')) ORDER BY number`,
        chatId,
      )
      .toArray()
      .map(({ id }) => id);
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM frames WHERE run_id = ?", id);
    this.#sql.exec("DELETE FROM runs WHERE id = ?", id);
  }

  addFrame(frame: NumberedFrame): void {
    this.#sql.exec(
      "INSERT INTO frames (run_id, seq, channel, frame) VALUES (?, ?, ?, ?)",
      frame.runId,
      frame.seq,
      frame.type === "delta" ? frame.channel : null,
      JSON.stringify(frame),
    );
  }

  /** Frames after `seq` in order, as they were sent. */
  framesAfter(runId: string, seq: number): readonly AssistantServerFrame[] {
    return this.#sql
      .exec<{ frame: string }>("SELECT frame FROM frames WHERE run_id = ? AND seq > ? ORDER BY seq", runId, seq)
      .toArray()
      .map(({ frame }) => parseTrusted<AssistantServerFrame>(frame));
  }

  /** The answer or the thinking so far, put together from its deltas. */
  streamed(runId: string, channel: "text" | "thinking"): string {
    return this.#sql
      .exec<{ text: string }>(
        "SELECT frame ->> 'text' AS text FROM frames WHERE run_id = ? AND channel = ? ORDER BY seq",
        runId,
        channel,
      )
      .toArray()
      .map(({ text }) => text)
      .join("");
  }

  forgetFrames(runId: string): void {
    this.#sql.exec("DELETE FROM frames WHERE run_id = ?", runId);
  }
}

function stored({ view, request, messages, snapshot, raw, earlier, ...row }: Row): StoredRun {
  return {
    ...row,
    view: parseTrusted<StoredView>(view),
    request: parseTrusted<StartRunRequest>(request),
    messages: parseTrusted<SentMessageView[]>(messages),
    snapshot: snapshot === null ? null : parseTrusted<Snapshot>(snapshot),
    raw: raw === null ? null : parseTrusted<RawReply>(raw),
    earlier: earlier === null ? null : parseTrusted<EarlierReply>(earlier),
  };
}
