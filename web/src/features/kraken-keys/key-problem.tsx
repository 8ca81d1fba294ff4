import { For, Show, type JSX } from "solid-js";
import type { Problem } from "../../../../domain/problem.ts";
import { refusedPermissions } from "./key-words.ts";

/** Why a key was not taken, what each missing permission prevents, and how to mend it. */
export function KeyProblem(props: { problem: Problem }): JSX.Element {
  const lines = () => refusedPermissions(props.problem);
  const isForbidden = (): boolean =>
    props.problem.code === "KEY_CAN_WITHDRAW" ||
    props.problem.code === "KEY_CAN_TRADE" ||
    props.problem.code === "KEY_UNCONFIRMED";
  return (
    <div role="alert" class="rounded-md border border-warning bg-warning-soft px-3 py-2">
      <p>{props.problem.message}</p>
      <Show when={lines().length > 0}>
        <ul class="mt-1 list-disc pl-5">
          <For each={lines()}>
            {(line) => (
              <li>
                <strong>{line.label}</strong>: {isForbidden() ? "allows" : "without it no"} {line.purpose}
              </li>
            )}
          </For>
        </ul>
      </Show>
    </div>
  );
}
