import { Show, type JSX, type ParentProps } from "solid-js";

/** One titled group of settings. */
export function Section(props: ParentProps<{ id: string; title: string; description?: string }>): JSX.Element {
  return (
    <section id={props.id} aria-labelledby={`${props.id}-title`} class="rounded-lg border bg-panel p-4">
      <h2 id={`${props.id}-title`} class="text-lg font-semibold">
        {props.title}
      </h2>
      <Show when={props.description}>
        <p class="mt-0.5 text-muted">{props.description}</p>
      </Show>
      <div class="mt-3 flex flex-col gap-3">{props.children}</div>
    </section>
  );
}

/** What became of a save, read aloud politely. */
export function SaveNote(props: { text: string | null; isError: boolean }): JSX.Element {
  return (
    <p role={props.isError ? "alert" : "status"} class={props.isError ? "text-danger" : "text-muted"}>
      {props.text}
    </p>
  );
}
