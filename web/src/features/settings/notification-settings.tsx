import { For, Show, createSignal, onMount, type JSX } from "solid-js";
import type {
  NotificationChannel,
  NotificationsRequest,
  NotificationsView,
  TestNotificationResult,
} from "../../../../contract/notifications.ts";
import { NOTIFICATION_TOPICS, type NotificationTopic } from "../../../../domain/alerts/topics.ts";
import type { Result } from "../../../../domain/problem.ts";
import {
  fetchNotifications,
  removeNotifications,
  saveNotifications,
  testNotifications,
} from "../../data/notifications-api.ts";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Switch } from "../../ui/switch.tsx";
import { ChannelState } from "./channel-state.tsx";
import { SaveNote, Section } from "./section.tsx";

const TOPICS: Readonly<Record<NotificationTopic, string>> = {
  halts: "Halts and resumptions",
  stops: "Stops and protection",
  price_alerts: "Price alerts",
  warnings: "Warnings",
  information: "Everything else",
};

type Note = { readonly text: string; readonly isError: boolean };

/** Where alerts go besides this page: a webhook and Telegram. They have a queue of their own and never delay an order. */
export function NotificationSettings(): JSX.Element {
  const { session } = useStores();
  return (
    <Show when={session.user()}>
      <Channels />
    </Show>
  );
}

function Channels(): JSX.Element {
  const [view, setView] = createSignal<NotificationsView | null>(null);
  const [note, setNote] = createSignal<Note | null>(null);
  const [secret, setSecret] = createSignal<string | null>(null);
  const [url, setUrl] = createSignal("");
  const [token, setToken] = createSignal("");
  const [chatId, setChatId] = createSignal("");
  const [isBusy, setBusy] = createSignal(false);

  const load = async (): Promise<void> => {
    const answer = await fetchNotifications();
    if (answer.ok) {
      setView(answer.value);
      setChatId(answer.value.telegram?.chatId ?? "");
    } else {
      setNote({ text: answer.error.message, isError: true });
    }
  };
  onMount(() => void load());

  /** One question at a time; its answer is said under the form. */
  const ask = async <T,>(send: () => Promise<Result<T>>, take: (value: T) => Note): Promise<void> => {
    if (isBusy()) {
      return;
    }
    setBusy(true);
    const answer = await send();
    setBusy(false);
    setNote(answer.ok ? take(answer.value) : { text: answer.error.message, isError: true });
  };
  const save = (wish: NotificationsRequest): Promise<void> =>
    ask(
      () => saveNotifications(wish),
      ({ webhookSecret, ...channels }) => {
        setView(channels);
        setSecret(webhookSecret);
        setUrl("");
        setToken("");
        return { text: "Saved.", isError: false };
      },
    );
  const test = (channel: NotificationChannel): void => {
    void ask(
      () => testNotifications(channel),
      ({ delivered, message }: TestNotificationResult) => ({
        text: `${delivered ? "The test arrived" : "The test did not arrive"}: ${message}`,
        isError: !delivered,
      }),
    );
  };
  const remove = (channel: NotificationChannel): void => {
    void ask(
      () => removeNotifications(channel),
      (channels) => {
        setView(channels);
        return { text: "Removed.", isError: false };
      },
    );
  };
  const changeTopic = (topic: NotificationTopic, isOn: boolean): void => {
    const before = view()?.topics ?? [];
    void save({ topics: isOn ? [...before, topic] : before.filter((other) => other !== topic) });
  };

  return (
    <Section
      id="notifications"
      title="Notifications"
      description="Alerts can also go out to a webhook or to Telegram. They wait in a queue of their own and never delay an order."
    >
      <Show when={view()} fallback={<p class="text-muted">{note() === null ? "Loading…" : ""}</p>}>
        {(channels) => (
          <>
            <fieldset class="grid gap-2 sm:grid-cols-2">
              <legend class="mb-1 font-semibold">What is told</legend>
              <For each={NOTIFICATION_TOPICS}>
                {(topic) => (
                  <Switch
                    label={TOPICS[topic]}
                    checked={channels().topics.includes(topic)}
                    onChange={(isOn) => changeTopic(topic, isOn)}
                  />
                )}
              </For>
            </fieldset>
            <form
              class="flex flex-col gap-2 border-t pt-3"
              aria-label="Webhook"
              onSubmit={(event) => {
                event.preventDefault();
                void save({ webhook: { url: url().trim(), enabled: true, newSecret: false } });
              }}
            >
              <h3 class="font-semibold">Webhook</h3>
              <Show when={channels().webhook}>
                {(webhook) => (
                  <ChannelState
                    name="webhook"
                    where={`Sent to ${webhook().host}`}
                    state={webhook()}
                    onTest={() => test("webhook")}
                    onRemove={() => remove("webhook")}
                  />
                )}
              </Show>
              <TextField
                label="Address"
                type="url"
                value={url()}
                placeholder={channels().webhook === null ? "https://" : "unchanged"}
                hint="https only; each message is signed with a secret that is shown once"
                onInput={setUrl}
              />
              <Show when={secret()}>
                {(shown) => (
                  <p>
                    Secret, shown once: <code class="break-all">{shown()}</code>
                  </p>
                )}
              </Show>
              <Button
                type="submit"
                class="self-start"
                blockedReason={url().trim() === "" ? "Give an address first" : null}
              >
                Save the webhook
              </Button>
            </form>
            <form
              class="flex flex-col gap-2 border-t pt-3"
              aria-label="Telegram"
              onSubmit={(event) => {
                event.preventDefault();
                void save({ telegram: { token: token().trim(), chatId: chatId().trim(), enabled: true } });
              }}
            >
              <h3 class="font-semibold">Telegram</h3>
              <Show when={channels().telegram}>
                {(telegram) => (
                  <ChannelState
                    name="Telegram"
                    where={`Bot …${telegram().token}, chat ${telegram().chatId}`}
                    state={telegram()}
                    onTest={() => test("telegram")}
                    onRemove={() => remove("telegram")}
                  />
                )}
              </Show>
              <div class="grid gap-3 sm:grid-cols-2">
                <TextField
                  label="Token of the bot"
                  type="password"
                  autocomplete="off"
                  value={token()}
                  placeholder={channels().telegram === null ? "" : "unchanged"}
                  onInput={setToken}
                />
                <TextField label="Chat" value={chatId()} hint="Its id, or @name" onInput={setChatId} />
              </div>
              <Button
                type="submit"
                class="self-start"
                blockedReason={
                  chatId().trim() === "" || (channels().telegram === null && token().trim() === "")
                    ? "Give a token and a chat first"
                    : null
                }
              >
                Save Telegram
              </Button>
            </form>
          </>
        )}
      </Show>
      <SaveNote text={note()?.text ?? null} isError={note()?.isError ?? false} />
    </Section>
  );
}
