import { Show, type JSX, type ParentProps } from "solid-js";
import { useAccount } from "../../data/use-account.ts";
import { Badge } from "../../ui/badge.tsx";
import { classNames } from "../../ui/class-names.ts";
import { isKraken, modeSentence, modeTone, modeWord, moneyWords, type ModeOwner } from "./mode-words.ts";

/** PAPER or KRAKEN, in its colour. */
export function ModeBadge(props: { account: ModeOwner }): JSX.Element {
  return (
    <Badge tone={modeTone(props.account)} title={modeSentence(props.account)}>
      {modeWord(props.account)}
    </Badge>
  );
}

/** A border around the whole page while a Kraken account is on screen. It lies over everything and moves nothing. */
export function ModeBorder(): JSX.Element {
  const account = useAccount();
  return (
    <Show when={isKraken(account())}>
      <div aria-hidden="true" data-mode-border class="pointer-events-none fixed inset-0 z-60 border-3 border-money" />
    </Show>
  );
}

/**
 * One line over what can send an order: whose money it moves. Both modes have it, so that nothing jumps. Named where the account
 * need not be the one on screen.
 */
export function ModeStrip(
  props: ParentProps<{ account: ModeOwner; name?: string | undefined; class?: string }>,
): JSX.Element {
  return (
    <p
      data-mode={props.account.kind}
      class={classNames(
        "flex flex-wrap items-center gap-x-2 border-b px-3 py-1 text-sm",
        isKraken(props.account) ? "border-money bg-money-soft text-text" : "bg-raised text-muted",
        props.class,
      )}
    >
      <ModeBadge account={props.account} />
      <Show when={props.name}>{(name) => <strong class="font-semibold">{name()}</strong>}</Show>
      {capitalised(moneyWords(props.account))}
      {props.children}
    </p>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
