/** SQL of chats, prompts, endpoints, settings and kept replies, and nothing else. */
import type { ChatView, OwnModel, PromptView } from "../../../contract/assistant.ts";
import { firstRow, type Sql } from "../../lib/sql.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import type { RawReply } from "./run-table.ts";

/** An endpoint of the user's own; for models added to a known provider `name` and `baseUrl` are null. */
export type EndpointDefinition = {
  readonly name: string | null;
  readonly baseUrl: string | null;
  readonly needsKey: boolean;
  readonly models: readonly OwnModel[];
};

type MetaKey = "owner" | "last_active" | "budgets" | "preferred" | "limits" | "alerts_chat";
type ChatRow = { id: string; title: string; runs: number; createdAt: number; updatedAt: number };

const CHAT_COLUMNS = `id, title, (SELECT COUNT(*) FROM runs WHERE runs.chat_id = chats.id) AS runs,
  created_at AS createdAt, updated_at AS updatedAt`;

export class Library {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  meta(key: MetaKey): string | null {
    return firstRow<{ value: string }>(this.#sql, "SELECT value FROM meta WHERE key = ?", key)?.value ?? null;
  }

  setMeta(key: MetaKey, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value);
  }

  chat(id: string): ChatView | null {
    return firstRow<ChatRow>(this.#sql, `SELECT ${CHAT_COLUMNS} FROM chats WHERE id = ?`, id);
  }

  chatCount(): number {
    return firstRow<{ n: number }>(this.#sql, "SELECT COUNT(*) AS n FROM chats")?.n ?? 0;
  }

  openChat(id: string, title: string, now: number): void {
    this.#sql.exec("INSERT INTO chats (id, title, created_at, updated_at) VALUES (?, ?, ?, ?)", id, title, now, now);
  }

  renameChat(id: string, title: string): void {
    this.#sql.exec("UPDATE chats SET title = ? WHERE id = ?", title, id);
  }

  touchChat(id: string, now: number): void {
    this.#sql.exec("UPDATE chats SET updated_at = ? WHERE id = ?", now, id);
  }

  removeChat(id: string): void {
    this.#sql.exec("DELETE FROM chats WHERE id = ?", id);
  }

  /** Most recently used first. `search` is text to be found, not a pattern. */
  chats(search: string, offset: number, limit: number): readonly ChatView[] {
    return this.#sql
      .exec<ChatRow>(
        `SELECT ${CHAT_COLUMNS} FROM chats
         WHERE ?1 = '' OR instr(lower(title), ?1) > 0 OR EXISTS (
           SELECT 1 FROM runs WHERE runs.chat_id = chats.id
             AND (instr(lower(runs.text), ?1) > 0 OR instr(lower(runs.request ->> 'prompt'), ?1) > 0))
         ORDER BY updated_at DESC, id LIMIT ?2 OFFSET ?3`,
        search.toLowerCase(),
        limit,
        offset,
      )
      .toArray();
  }

  prompts(): PromptView[] {
    const versions = Map.groupBy(
      this.#sql
        .exec<{ promptId: string; version: number; text: string; savedAt: number }>(
          "SELECT prompt_id AS promptId, version, text, saved_at AS savedAt FROM prompt_versions ORDER BY version DESC",
        )
        .toArray(),
      (row) => row.promptId,
    );
    return this.#sql
      .exec<{ id: string; name: string; createdAt: number; updatedAt: number }>(
        "SELECT id, name, created_at AS createdAt, updated_at AS updatedAt FROM prompts ORDER BY name, id",
      )
      .toArray()
      .map((row) => ({
        ...row,
        versions: (versions.get(row.id) ?? []).map(({ version, text, savedAt }) => ({ version, text, savedAt })),
      }));
  }

  promptText(id: string, version: number | null): { readonly version: number; readonly text: string } | null {
    return firstRow<{ version: number; text: string }>(
      this.#sql,
      `SELECT version, text FROM prompt_versions WHERE prompt_id = ?1 AND (?2 IS NULL OR version = ?2)
       ORDER BY version DESC LIMIT 1`,
      id,
      version,
    );
  }

  /** Saves a new version; the first makes the prompt. */
  savePrompt(id: string, name: string, text: string, now: number): void {
    this.#sql.exec(
      `INSERT INTO prompts (id, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at`,
      id,
      name,
      now,
    );
    const latest = this.promptText(id, null);
    if (latest?.text !== text) {
      this.#sql.exec(
        "INSERT INTO prompt_versions (prompt_id, version, text, saved_at) VALUES (?, ?, ?, ?)",
        id,
        (latest?.version ?? 0) + 1,
        text,
        now,
      );
    }
  }

  removePrompt(id: string): void {
    this.#sql.exec("DELETE FROM prompt_versions WHERE prompt_id = ?", id);
    this.#sql.exec("DELETE FROM prompts WHERE id = ?", id);
  }

  endpoints(): ReadonlyMap<string, EndpointDefinition> {
    const rows = this.#sql
      .exec<{ id: string; definition: string }>("SELECT id, definition FROM endpoints ORDER BY created_at, id")
      .toArray();
    return new Map(rows.map((row) => [row.id, parseTrusted<EndpointDefinition>(row.definition)]));
  }

  saveEndpoint(id: string, definition: EndpointDefinition, now: number): void {
    this.#sql.exec(
      `INSERT INTO endpoints (id, definition, created_at) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET definition = excluded.definition`,
      id,
      JSON.stringify(definition),
      now,
    );
  }

  removeEndpoint(id: string): void {
    this.#sql.exec("DELETE FROM endpoints WHERE id = ?", id);
  }

  keptReply(hash: string, since: number): RawReply | null {
    const row = firstRow<{ reply: string }>(
      this.#sql,
      "SELECT reply FROM replies WHERE hash = ? AND created_at >= ?",
      hash,
      since,
    );
    return row === null ? null : parseTrusted<RawReply>(row.reply);
  }

  keepReply(hash: string, reply: RawReply, now: number): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO replies (hash, reply, created_at) VALUES (?, ?, ?)",
      hash,
      JSON.stringify(reply),
      now,
    );
  }

  forgetReplies(before: number): void {
    this.#sql.exec("DELETE FROM replies WHERE created_at < ?", before);
  }
}
