import { A } from "@solidjs/router";
import type { JSX } from "solid-js";

export default function NotFoundPage(): JSX.Element {
  return (
    <div class="flex flex-1 flex-col items-center justify-center gap-2 p-6 text-center">
      <h1 class="text-xl font-semibold">There is no such page</h1>
      <p class="text-muted">
        <A href="/trade" class="link">
          Back to the desk
        </A>
      </p>
    </div>
  );
}
