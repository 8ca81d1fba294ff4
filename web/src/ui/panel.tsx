import { Match, Show, Switch, type JSX, type ParentProps } from "solid-js";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";

/** What a panel can be in besides showing its data. `empty` and `error` say what to do next. */
export type PanelState =
  | { readonly type: "ready" }
  | { readonly type: "loading" }
  | { readonly type: "empty"; readonly message: string; readonly action?: PanelAction }
  | { readonly type: "error"; readonly message: string; readonly action?: PanelAction };

export type PanelAction = { readonly label: string; readonly onSelect: () => void };

export const READY: PanelState = { type: "ready" };
export const LOADING: PanelState = { type: "loading" };

/**
 * A titled region that owns its empty, loading, stale and error state. `stale` greys the content and says since when and
 * why, over its lower edge, so that nothing moves; the content stays readable because the last good value is better than
 * none.
 */
export function Panel(
  props: ParentProps<{
    title: string;
    hideTitle?: boolean;
    tools?: JSX.Element;
    state?: PanelState;
    stale?: string | null | undefined;
    /** Where the words lie; "hidden" where the content says them itself. */
    staleClass?: string;
    class?: string;
    bodyClass?: string;
  }>,
): JSX.Element {
  return (
    <section
      aria-label={props.title}
      class={classNames("relative flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden bg-panel", props.class)}
    >
      <Show when={props.hideTitle !== true || props.tools}>
        <header class="flex h-8 shrink-0 items-center gap-2 border-b px-3 pointer-coarse:h-11">
          <Show when={props.hideTitle !== true}>
            <h2 class="truncated text-sm font-semibold text-muted">{props.title}</h2>
          </Show>
          <div class="ml-auto flex items-center gap-1">{props.tools}</div>
        </header>
      </Show>
      <div
        class={classNames(
          "flex min-h-0 min-w-0 flex-1 flex-col",
          props.stale ? "opacity-80 grayscale" : "",
          props.bodyClass,
        )}
      >
        <PanelContent state={props.state ?? READY}>{props.children}</PanelContent>
      </div>
      <Show when={props.stale}>
        <p
          class={classNames(
            "pointer-events-none absolute inset-x-0 z-20 border-y border-warning bg-panel px-3 py-1 text-sm text-warning",
            props.staleClass ?? "bottom-0",
          )}
          role="status"
        >
          {props.stale}
        </p>
      </Show>
    </section>
  );
}

/** The body alone, for panels that live inside tabs and have no title row. */
export function PanelContent(props: ParentProps<{ state: PanelState }>): JSX.Element {
  return (
    <Switch>
      <Match when={props.state.type === "ready"}>{props.children}</Match>
      <Match when={props.state.type === "loading"}>
        <Skeleton />
      </Match>
      <Match when={messageOf(props.state)}>
        {(state) => (
          <div class="flex flex-1 flex-col items-center justify-center gap-2 p-4 text-center text-muted">
            <p role={state().type === "error" ? "alert" : undefined} class="max-w-96">
              {state().message}
            </p>
            <Show when={state().action}>
              {(action) => <Button onClick={() => action().onSelect()}>{action().label}</Button>}
            </Show>
          </div>
        )}
      </Match>
    </Switch>
  );
}

/** Grey bars of the size of rows, so that nothing jumps when the data comes. */
export function Skeleton(props: { rows?: number }): JSX.Element {
  return (
    <div class="flex flex-1 flex-col gap-2 overflow-hidden p-3" role="status" aria-label="Loading">
      {Array.from({ length: props.rows ?? 6 }, () => (
        <div class="skeleton h-4 shrink-0" />
      ))}
    </div>
  );
}

function messageOf(state: PanelState): Extract<PanelState, { message: string }> | null {
  return state.type === "empty" || state.type === "error" ? state : null;
}
