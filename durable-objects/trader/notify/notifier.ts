/**
 * Alerts to the outside. A message is a row, written with the event that it tells of and sent by its own time: nothing waits
 * for it, and whatever a channel does, no trade is later for it. What cannot be delivered is tried again, later each time, and
 * given up after half a day.
 */
import type {
  NotificationChannel,
  NotificationsView,
  TestNotificationResult,
} from "../../../contract/notifications.ts";
import { NOTIFICATION_CHANNELS } from "../../../contract/notifications.ts";
import { topicOf } from "../../../domain/alerts/topics.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import type { Vault } from "../../lib/vault.ts";
import type { Recorded } from "../turn.ts";
import { openForNotify, sealForNotify, type NotifySeal } from "./seals.ts";
import { sendTelegram, sendWebhook, type Fetch, type Sent } from "./send.ts";
import type { NotifySubmission } from "./submission.ts";
import type { NotifyTable, QueuedMessage, StoredChannel } from "./table.ts";

export type NotifierDependencies = {
  readonly table: NotifyTable;
  readonly vault: Vault;
  readonly owner: string;
  readonly now: () => number;
  readonly fetch: Fetch;
  /** Where Telegram's bots are asked; another address in tests. */
  readonly telegramUrl: string;
  /** Plans the job that calls `drain`; null takes it off. */
  readonly plan: (at: number | null) => void;
};

type ResealedChannels = { readonly resealed: number; readonly current: number; readonly unreadable: number };

/** What a message says. */
export type Message = {
  readonly id: string;
  readonly topic: string;
  readonly severity: string;
  readonly message: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly time: number;
};

/** The platform's fetch, called as a function of its own. */
export const fetchNow: Fetch = (url, init) => fetch(url, init);

const MOST_WAITING = 200;
const AT_ONCE = 20;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 3_600_000;
/** With the longest waits that is about half a day. */
const MOST_ATTEMPTS = 20;
/** Should a drain die, the alarm finds its rows again. */
const FALLBACK_MS = 30_000;

export class Notifier {
  readonly #dependencies: NotifierDependencies;
  #running: Promise<void> | null = null;

  constructor(dependencies: NotifierDependencies) {
    this.#dependencies = dependencies;
  }

  /** Part of the transaction of what happened. True when there is something to send. */
  enqueue(recorded: readonly Recorded[]): boolean {
    const { table, now, plan } = this.#dependencies;
    const alerts = recorded.flatMap(({ event, accountId, after }) =>
      event.type === "alert_raised" ? { event, accountId, name: after.name } : [],
    );
    if (alerts.length === 0) {
      return false;
    }
    const topics = table.topics();
    const channels = table.channels().filter(({ enabled }) => enabled);
    let any = false;
    for (const { event, accountId, name } of alerts) {
      const topic = topicOf(event);
      if (topics.includes(topic)) {
        const { alertId: id, severity, message, time } = event;
        const body = JSON.stringify({
          id,
          topic,
          severity,
          message,
          accountId,
          accountName: name,
          time,
        } satisfies Message);
        for (const { channel } of channels) {
          table.enqueue(channel, body, now(), MOST_WAITING);
          any = true;
        }
      }
    }
    if (any) {
      plan(now() + FALLBACK_MS);
    }
    return any;
  }

  /** Sends what is due; one drain at a time. Never rejects for what a channel did. */
  async drain(): Promise<void> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** The job's time has come: the alarm itself waits for no channel. */
  rang(): Promise<void> {
    const { plan, now } = this.#dependencies;
    plan(now() + FALLBACK_MS);
    return this.drain();
  }

  view(): NotificationsView {
    const { table } = this.#dependencies;
    const webhook = table.channel("webhook");
    const telegram = table.channel("telegram");
    return {
      topics: [...table.topics()],
      webhook: webhook === null ? null : { ...this.#stateOf(webhook), host: webhook.shown },
      telegram:
        telegram === null ? null : { ...this.#stateOf(telegram), token: telegram.shown, chatId: telegram.chatId ?? "" },
    };
  }

  /** Saves what is given. `tookSecret`: the webhook's secret is the one that came with it. */
  change(submission: NotifySubmission): Result<{ readonly view: NotificationsView; readonly tookSecret: boolean }> {
    const { table } = this.#dependencies;
    const { topics, webhook, telegram } = submission;
    const before = { webhook: table.channel("webhook"), telegram: table.channel("telegram") };
    const address = webhook?.sealedUrl ?? before.webhook?.sealedTarget ?? null;
    if (webhook !== null && address === null) {
      return refuse("BAD_REQUEST", "Say the webhook's address: there is none yet.", { url: "must not be blank" });
    }
    const token = telegram?.sealedToken ?? before.telegram?.sealedTarget ?? null;
    if (telegram !== null && token === null) {
      return refuse("BAD_REQUEST", "Say the bot's token: there is none yet.", { token: "must not be blank" });
    }
    const tookSecret = webhook !== null && (webhook.newSecret || (before.webhook?.sealedSecret ?? null) === null);
    if (topics !== null) {
      table.setTopics([...new Set(topics)]);
    }
    if (webhook !== null && address !== null) {
      table.put({
        channel: "webhook",
        sealedTarget: address,
        sealedSecret: tookSecret ? webhook.sealedSecret : (before.webhook?.sealedSecret ?? webhook.sealedSecret),
        shown: webhook.host ?? before.webhook?.shown ?? "",
        chatId: null,
        enabled: webhook.enabled,
      });
    }
    if (telegram !== null && token !== null) {
      table.put({
        channel: "telegram",
        sealedTarget: token,
        sealedSecret: null,
        shown: telegram.tokenEnd ?? before.telegram?.shown ?? "",
        chatId: telegram.chatId,
        enabled: telegram.enabled,
      });
    }
    return ok({ view: this.view(), tookSecret });
  }

  remove(channel: NotificationChannel | null): NotificationsView {
    for (const each of channel === null ? NOTIFICATION_CHANNELS : [channel]) {
      this.#dependencies.table.remove(each);
    }
    return this.view();
  }

  /** Sends a message now, past the queue, and says what became of it. */
  async test(channel: NotificationChannel): Promise<Result<TestNotificationResult>> {
    const { table, now } = this.#dependencies;
    const stored = table.channel(channel);
    if (stored === null) {
      return refuse("CHANNEL_UNAVAILABLE", `There is no ${channel} yet. Save one first.`, { channel });
    }
    const body: Message = {
      id: `test-${now()}`,
      topic: "test",
      severity: "information",
      message: "A test from your desk: messages arrive here.",
      accountId: "",
      accountName: "",
      time: now(),
    };
    const { delivered, message } = await this.#send(stored, JSON.stringify(body));
    table.noteDelivery(channel, { at: now(), delivered, message });
    return ok({ channel, delivered, message });
  }

  /** Encrypts everything anew after a rotation of the vault's master; answers what could not be read. */
  async reseal(): Promise<ResealedChannels> {
    const { table, vault } = this.#dependencies;
    let current = 0;
    let resealed = 0;
    let unreadable = 0;
    for (const stored of table.channels()) {
      const seals = sealsOf(stored);
      const isCurrent = await Promise.all(seals.map(([, sealed]) => vault.isCurrent(sealed)));
      if (isCurrent.every(Boolean)) {
        current += 1;
        continue;
      }
      const again = await this.#sealAgain(seals);
      const latest = table.channel(stored.channel);
      if (again === null) {
        unreadable += 1;
      } else if (latest !== null && latest.sealedTarget === stored.sealedTarget) {
        table.put({ ...latest, sealedTarget: again[0] ?? latest.sealedTarget, sealedSecret: again[1] ?? null });
        resealed += 1;
      }
    }
    return { resealed, current, unreadable };
  }

  async #sealAgain(seals: readonly (readonly [NotifySeal, string])[]): Promise<readonly string[] | null> {
    const { vault, owner } = this.#dependencies;
    const again: string[] = [];
    for (const [what, sealed] of seals) {
      const text = await openForNotify(vault, owner, what, sealed);
      if (text === null) {
        return null;
      }
      again.push(await sealForNotify(vault, owner, what, text));
    }
    return again;
  }

  async #drain(): Promise<void> {
    const { table, now, plan } = this.#dependencies;
    const due = table.due(now(), AT_ONCE);
    // Channels side by side, so that one that hangs does not hold up the other; each in its order.
    await Promise.all(
      NOTIFICATION_CHANNELS.map(async (channel) => {
        for (const message of due.filter((each) => each.channel === channel)) {
          if (!(await this.#deliver(message))) {
            return;
          }
        }
      }),
    );
    const next = table.nextDue();
    plan(next === null ? null : Math.max(next, now() + 1_000));
  }

  /** False when the channel did not take it: what comes after it waits too. */
  async #deliver({ id, channel, body, attempts }: QueuedMessage): Promise<boolean> {
    const { table, now } = this.#dependencies;
    const stored = table.channel(channel);
    if (stored === null || !stored.enabled) {
      table.sent(id);
      return true;
    }
    const { delivered, message, retryAfterMs } = await this.#send(stored, body);
    table.noteDelivery(channel, { at: now(), delivered, message });
    if (delivered || attempts + 1 >= MOST_ATTEMPTS) {
      table.sent(id);
      return delivered;
    }
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
    const due = now() + Math.max(wait, retryAfterMs ?? 0);
    table.postpone(id, attempts + 1, due);
    table.hold(channel, due);
    return false;
  }

  async #send(stored: StoredChannel, body: string): Promise<Sent> {
    const { vault, owner, now, fetch, telegramUrl } = this.#dependencies;
    const unreadable: Sent = {
      delivered: false,
      message: "What is stored of this channel cannot be read any more. Save it again.",
      retryAfterMs: null,
    };
    const target = await openForNotify(vault, owner, sealsOf(stored)[0]?.[0] ?? "webhook address", stored.sealedTarget);
    if (target === null) {
      return unreadable;
    }
    if (stored.channel === "telegram") {
      return sendTelegram(fetch, { base: telegramUrl, token: target, chatId: stored.chatId ?? "" }, textOf(body));
    }
    const secret =
      stored.sealedSecret === null ? null : await openForNotify(vault, owner, "webhook secret", stored.sealedSecret);
    return secret === null ? unreadable : sendWebhook(fetch, { url: target, secret }, body, now());
  }

  #stateOf({
    channel,
    enabled,
  }: StoredChannel): Pick<NonNullable<NotificationsView["webhook"]>, "enabled" | "waiting" | "last"> {
    const { table } = this.#dependencies;
    return { enabled, waiting: table.waiting(channel), last: table.last(channel) };
  }
}

function sealsOf({ channel, sealedTarget, sealedSecret }: StoredChannel): readonly (readonly [NotifySeal, string])[] {
  return channel === "telegram"
    ? [["telegram token", sealedTarget]]
    : [
        ["webhook address", sealedTarget],
        ...(sealedSecret === null ? [] : [["webhook secret", sealedSecret] as const]),
      ];
}

/** What a person reads. */
function textOf(body: string): string {
  const value: unknown = JSON.parse(body);
  if (typeof value !== "object" || value === null || !("message" in value) || typeof value.message !== "string") {
    return body;
  }
  const name = "accountName" in value && typeof value.accountName === "string" ? value.accountName : "";
  return name === "" ? value.message : `${name}: ${value.message}`;
}
