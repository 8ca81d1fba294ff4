import { A } from "@solidjs/router";
import { createResource, For, Match, Show, Switch, type JSX } from "solid-js";
import type { ClaimView, ProposalView, RunRecordView } from "../../../../contract/assistant.ts";
import type { OrderView, PlacedOrder } from "../../../../contract/orders.ts";
import { fetchOrder } from "../../data/api.ts";
import { fetchRunRecord } from "../../data/assistant-api.ts";
import { useAccounts, useTraderReady } from "../../data/use-account.ts";
import { formatAmount, formatDecimal, formatQuantity, MISSING } from "../../ui/format.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { ModeBadge } from "../account-mode/mode-marks.tsx";
import { typeWords, statusWords as orderStatusWords } from "../history/history-tables.tsx";
import { RuleList } from "../order-form/risk-figures.tsx";
import { editWords, proposalTitle, statusSentence } from "./proposal-words.ts";
import { triggerWords } from "./trigger-list.tsx";
import { OUTCOME_WORDS, usageWords } from "./record-words.ts";

/** The complete record of a run: what was sent, what came, how it was read, what the desk said, what was ordered. */
export function RunRecord(props: { runId: string }): JSX.Element {
  const [record] = createResource(() => props.runId, fetchRunRecord);
  const loaded = (): RunRecordView | null => {
    const answer = record();
    return answer?.ok === true ? answer.value : null;
  };
  const failure = (): string | null => {
    const answer = record();
    return answer === undefined || answer.ok ? null : answer.error.message;
  };
  return (
    <Switch fallback={<p class="p-4 text-muted">Loading…</p>}>
      <Match when={failure()}>
        {(message) => (
          <p role="alert" class="p-4">
            {message()}
          </p>
        )}
      </Match>
      <Match when={loaded()}>{(current) => <Sections record={current()} />}</Match>
    </Switch>
  );
}

function Sections(props: { record: RunRecordView }): JSX.Element {
  const run = () => props.record.run;
  return (
    <div class="flex flex-col gap-4 p-4">
      <header class="flex flex-col gap-1">
        <h1 class="text-xl font-semibold">Record of a question</h1>
        <Show when={run().triggers}>
          {(triggers) => (
            <p>
              Asked by {triggers().length === 1 ? "a price alert" : `${String(triggers().length)} price alerts`}:{" "}
              {triggers().map(triggerWords).join("; ")}.
            </p>
          )}
        </Show>
        <p class="whitespace-pre-wrap">{run().prompt}</p>
        <p class="text-sm text-muted">
          {run().modelName} · {run().providerName} · <TimeText time={run().createdAt} form="date-time" /> ·{" "}
          {run().status} · {usageWords(run())}
        </p>
        <RecordAccount accountId={run().accountId} />
      </header>
      <Part title="What was sent">
        <Show when={props.record.messages.length > 0} fallback={<p class="text-muted">Nothing was sent to a model.</p>}>
          <For each={props.record.messages}>
            {(message) => (
              <details>
                <summary class="cursor-pointer">
                  {message.role}, {message.content.length} characters
                </summary>
                <Verbatim label={`Message: ${message.role}`}>{message.content}</Verbatim>
              </details>
            )}
          </For>
        </Show>
        <Show when={run().promptId !== null}>
          <p class="text-sm text-muted">With a prompt of your library, version {run().promptVersion}.</p>
        </Show>
      </Part>
      <Part title="Snapshot of account and market">
        <Show when={props.record.snapshot} fallback={<p class="text-muted">None went along.</p>}>
          {(snapshot) => (
            <details>
              <summary class="cursor-pointer">
                Of <TimeText time={snapshot().takenAt} form="date-time" />, {snapshot().characters} characters, hash{" "}
                <code class="break-all">{snapshot().hash}</code>
              </summary>
              <Verbatim label="Snapshot">{snapshot().text}</Verbatim>
            </details>
          )}
        </Show>
      </Part>
      <Show when={props.record.earlierReply}>
        {(reply) => (
          <Part title="First reply, cut off">
            <p class="text-sm text-muted">The model was asked once more, with more room.</p>
            <Reply reply={reply()} />
          </Part>
        )}
      </Show>
      <Part title="Reply as it came">
        <Show when={props.record.rawReply} fallback={<p class="text-muted">None yet.</p>}>
          {(reply) => <Reply reply={reply()} />}
        </Show>
      </Part>
      <Part title="How it was read">
        <Show when={run().outcome} fallback={<p class="text-muted">It has not been read.</p>}>
          {(outcome) => (
            <>
              <p>
                {OUTCOME_WORDS[outcome().kind]}
                {outcome().message === null ? "" : ` ${outcome().message ?? ""}`}
              </p>
              <For each={outcome().problems}>
                {(problem) => (
                  <p class="text-sm text-muted">
                    {problem.path}: {problem.message}
                  </p>
                )}
              </For>
            </>
          )}
        </Show>
      </Part>
      <For each={props.record.proposals}>{(proposal) => <ProposalRecord proposal={proposal} />}</For>
      <p>
        <A href="/assistant" class="text-accent underline">
          Back to the assistant
        </A>
      </p>
    </div>
  );
}

/** Whose state was sent, and in which its proposals would be executed. */
function RecordAccount(props: { accountId: string }): JSX.Element {
  const accounts = useAccounts();
  const isReady = useTraderReady();
  const account = () => accounts().find(({ id }) => id === props.accountId) ?? null;
  return (
    <p class="flex flex-wrap items-center gap-2 text-sm text-muted">
      For the account
      <Show
        when={account()}
        fallback={<code class="break-all">{isReady() ? `${props.accountId}, which is not here any more` : "…"}</code>}
      >
        {(known) => (
          <>
            <ModeBadge account={known()} />
            <strong class="font-semibold text-text">{known().name}</strong>
          </>
        )}
      </Show>
    </p>
  );
}

function ProposalRecord(props: { proposal: ProposalView }): JSX.Element {
  return (
    <Part title={`Proposal: ${proposalTitle(props.proposal)}`}>
      <p>
        {statusSentence(props.proposal)}
        <Show when={props.proposal.decidedAt}>
          {(at) => (
            <span class="text-muted">
              {" "}
              <TimeText time={at()} form="date-time" />
            </span>
          )}
        </Show>
      </p>
      <h3 class="font-medium">Numbers that it states</h3>
      <Show when={props.proposal.claims.length > 0} fallback={<p class="text-muted">None.</p>}>
        <ul class="flex flex-col gap-0.5 text-sm">
          <For each={props.proposal.claims}>{(claim) => <li>{claimWords(claim)}</li>}</For>
        </ul>
      </Show>
      <Show when={props.proposal.overridden}>
        <p class="text-warning">You executed it although a number was contradicted.</p>
      </Show>
      <h3 class="font-medium">What you changed</h3>
      <p class="text-sm">{editWords(props.proposal.edits)}</p>
      <h3 class="font-medium">What the risk engine said</h3>
      <Show
        when={props.proposal.verdict}
        fallback={<p class="text-sm text-muted">{props.proposal.denial?.message ?? "It was not asked."}</p>}
      >
        {(verdict) => <RuleList rules={verdict().rules} />}
      </Show>
      <Show when={props.proposal.orderId}>
        {(orderId) => <OrderRecord accountId={props.proposal.accountId} orderId={orderId()} />}
      </Show>
    </Part>
  );
}

function OrderRecord(props: { accountId: string; orderId: string }): JSX.Element {
  const names = () => ({ accountId: props.accountId, orderId: props.orderId });
  const [order] = createResource(names, ({ accountId, orderId }) => fetchOrder(accountId, orderId));
  const shown = (): PlacedOrder | null => {
    const answer = order();
    return answer?.ok === true ? answer.value : null;
  };
  return (
    <>
      <h3 class="font-medium">Order and fills</h3>
      <Show when={shown()} fallback={<p class="text-sm text-muted">Order {props.orderId}</p>}>
        {(current) => (
          <p class="text-sm">
            {orderWords(current().order)} <span class="break-all text-muted">{current().order.id}</span>
          </p>
        )}
      </Show>
      <ul class="flex flex-col gap-0.5 text-sm">
        <For each={shown()?.fills ?? []}>
          {(fill) => (
            <li class="numeric">
              <TimeText time={fill.time} form="date-time" /> · {formatQuantity(fill.quantity)} at{" "}
              {formatDecimal(fill.price)} · fee {formatAmount(fill.fee, fill.feeAsset)}
            </li>
          )}
        </For>
      </ul>
    </>
  );
}

function Part(props: { title: string; children: JSX.Element }): JSX.Element {
  return (
    <section aria-label={props.title} class="flex flex-col gap-2 rounded-lg border bg-panel p-3">
      <h2 class="font-semibold">{props.title}</h2>
      {props.children}
    </section>
  );
}

function Verbatim(props: { label: string; children: string }): JSX.Element {
  return (
    <pre
      class="max-h-80 overflow-auto rounded-md bg-raised p-2 text-xs whitespace-pre-wrap"
      tabindex="0"
      aria-label={props.label}
      role="region"
    >
      {props.children}
    </pre>
  );
}

/** "Buy 0.02 BTC/USD, market: filled, filled 0.02 at 64 012.5." */
function orderWords(order: OrderView): string {
  const what = `${order.side === "buy" ? "Buy" : "Sell"} ${formatQuantity(order.quantity)} ${order.symbol}`;
  const filled = `filled ${formatQuantity(order.filledQuantity)} at ${formatDecimal(order.averagePrice)}`;
  return `${what}, ${typeWords(order)}: ${orderStatusWords(order)}, ${filled}.`;
}

function claimWords({ quote, verdict, actual }: ClaimView): string {
  const shown = actual === null ? MISSING : formatDecimal(actual);
  switch (verdict) {
    case "supported":
      return `“${quote}”: supported, the snapshot said ${shown}.`;
    case "contradicted":
      return `“${quote}”: contradicted, the snapshot said ${shown}.`;
    case "unsupported":
      return `“${quote}”: not in the snapshot.`;
  }
}

function Reply(props: { reply: NonNullable<RunRecordView["rawReply"]> }): JSX.Element {
  return (
    <>
      <p class="text-sm text-muted">
        Ended: {props.reply.finish}
        {props.reply.refusal === null ? "" : `; refused: ${props.reply.refusal}`}
      </p>
      <Verbatim label="Reply">{props.reply.text}</Verbatim>
      <For each={props.reply.toolArguments}>{(text) => <Verbatim label="Tool call">{text}</Verbatim>}</For>
    </>
  );
}
