/** SQL of outgoing channels and of their queue, and nothing else. */
import type { NotificationChannel } from "../../../contract/notifications.ts";
import { DEFAULT_TOPICS, type NotificationTopic } from "../../../domain/alerts/topics.ts";
import { firstRow, type Sql } from "../../lib/sql.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";

export type StoredChannel = {
  readonly channel: NotificationChannel;
  /** The address, or the bot's token. */
  readonly sealedTarget: string;
  /** What webhook bodies are signed with; null for telegram. */
  readonly sealedSecret: string | null;
  /** What may be shown of the target. */
  readonly shown: string;
  readonly chatId: string | null;
  readonly enabled: boolean;
};

export type Delivery = { readonly at: number; readonly delivered: boolean; readonly message: string };

export type QueuedMessage = {
  readonly id: number;
  readonly channel: NotificationChannel;
  readonly body: string;
  readonly attempts: number;
};

type Row = Omit<StoredChannel, "enabled"> & { readonly enabled: number };

const COLUMNS =
  "channel, sealed_target AS sealedTarget, sealed_secret AS sealedSecret, shown, chat_id AS chatId, enabled";

export class NotifyTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  channel(channel: NotificationChannel): StoredChannel | null {
    const row = firstRow<Row>(this.#sql, `SELECT ${COLUMNS} FROM notify_channels WHERE channel = ?`, channel);
    return row === null ? null : { ...row, enabled: row.enabled === 1 };
  }

  channels(): readonly StoredChannel[] {
    return this.#sql
      .exec<Row>(`SELECT ${COLUMNS} FROM notify_channels ORDER BY channel`)
      .toArray()
      .map((row) => ({ ...row, enabled: row.enabled === 1 }));
  }

  put({ channel, sealedTarget, sealedSecret, shown, chatId, enabled }: StoredChannel): void {
    this.#sql.exec(
      `INSERT INTO notify_channels (channel, sealed_target, sealed_secret, shown, chat_id, enabled)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (channel) DO UPDATE SET sealed_target = excluded.sealed_target,
         sealed_secret = excluded.sealed_secret, shown = excluded.shown, chat_id = excluded.chat_id,
         enabled = excluded.enabled`,
      channel,
      sealedTarget,
      sealedSecret,
      shown,
      chatId,
      enabled ? 1 : 0,
    );
  }

  remove(channel: NotificationChannel): void {
    this.#sql.exec("DELETE FROM notify_channels WHERE channel = ?", channel);
    this.#sql.exec("DELETE FROM notify_queue WHERE channel = ?", channel);
  }

  last(channel: NotificationChannel): Delivery | null {
    const row = firstRow<{ at: number | null; delivered: number | null; message: string | null }>(
      this.#sql,
      "SELECT last_at AS at, last_delivered AS delivered, last_message AS message FROM notify_channels WHERE channel = ?",
      channel,
    );
    return row === null || row.at === null || row.message === null
      ? null
      : { at: row.at, delivered: row.delivered === 1, message: row.message };
  }

  noteDelivery(channel: NotificationChannel, { at, delivered, message }: Delivery): void {
    this.#sql.exec(
      "UPDATE notify_channels SET last_at = ?, last_delivered = ?, last_message = ? WHERE channel = ?",
      at,
      delivered ? 1 : 0,
      message,
      channel,
    );
  }

  topics(): readonly NotificationTopic[] {
    const row = firstRow<{ topics: string }>(this.#sql, "SELECT topics FROM notify_topics WHERE id = 1");
    return row === null ? DEFAULT_TOPICS : parseTrusted<NotificationTopic[]>(row.topics);
  }

  setTopics(topics: readonly NotificationTopic[]): void {
    this.#sql.exec(
      "INSERT INTO notify_topics (id, topics) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET topics = excluded.topics",
      JSON.stringify(topics),
    );
  }

  /** Adds a message; of more than `most` the oldest are dropped. */
  enqueue(channel: NotificationChannel, body: string, due: number, most: number): void {
    this.#sql.exec("INSERT INTO notify_queue (channel, body, due) VALUES (?, ?, ?)", channel, body, due);
    this.#sql.exec(
      `DELETE FROM notify_queue WHERE channel = ? AND id <= (
         SELECT id FROM notify_queue WHERE channel = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      channel,
      channel,
      most,
    );
  }

  due(now: number, limit: number): readonly QueuedMessage[] {
    return this.#sql
      .exec<QueuedMessage>(
        "SELECT id, channel, body, attempts FROM notify_queue WHERE due <= ? ORDER BY due, id LIMIT ?",
        now,
        limit,
      )
      .toArray();
  }

  /** When the next message is due; null when none waits. */
  nextDue(): number | null {
    return firstRow<{ due: number | null }>(this.#sql, "SELECT min(due) AS due FROM notify_queue")?.due ?? null;
  }

  waiting(channel: NotificationChannel): number {
    const row = firstRow<{ count: number }>(
      this.#sql,
      "SELECT count(*) AS count FROM notify_queue WHERE channel = ?",
      channel,
    );
    return row?.count ?? 0;
  }

  sent(id: number): void {
    this.#sql.exec("DELETE FROM notify_queue WHERE id = ?", id);
  }

  /** Nothing of the channel is sent before. */
  hold(channel: NotificationChannel, until: number): void {
    this.#sql.exec("UPDATE notify_queue SET due = ? WHERE channel = ? AND due < ?", until, channel, until);
  }

  postpone(id: number, attempts: number, due: number): void {
    this.#sql.exec("UPDATE notify_queue SET attempts = ?, due = ? WHERE id = ?", attempts, due, id);
  }
}
