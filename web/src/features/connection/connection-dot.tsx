import { Match, Switch, type JSX } from "solid-js";
import { useConnection } from "../../data/use-connection.ts";
import { classNames } from "../../ui/class-names.ts";

/** The state of the lines as a dot with a word for those who do not see colours. */
export function ConnectionDot(): JSX.Element {
  const connection = useConnection();
  const isGood = (): boolean => connection().type === "live" || connection().type === "quiet";
  const word = (): string => {
    switch (connection().type) {
      case "live":
      case "quiet":
        return "Connected: prices and account are live";
      case "reconnecting":
        return "Connection lost, reconnecting";
      case "venue-lost":
        return "The desk has lost the exchange";
      case "stopped":
        return "Not connected";
    }
  };
  return (
    <span class="inline-flex items-center gap-1.5" title={word()} data-connection={connection().type}>
      <span
        aria-hidden="true"
        class={classNames("size-2 rounded-full border", isGood() ? "border-up bg-up" : "border-warning bg-transparent")}
      />
      <span class="sr-only">{word()}</span>
    </span>
  );
}

const LINE =
  "absolute top-1 left-1/2 w-max max-w-[calc(100vw-1rem)] -translate-x-1/2 rounded-md border border-warning bg-panel px-3 py-1 text-warning";

/** One line under the top bar while something is wrong for more than two seconds; it lies over the page and moves nothing. */
export function ConnectionLine(): JSX.Element {
  const connection = useConnection();
  const reconnecting = () => {
    const current = connection();
    return current.type === "reconnecting" ? current : null;
  };
  return (
    <div role="status" aria-live="polite" class="pointer-events-none relative z-40 h-0">
      <Switch>
        <Match when={reconnecting()}>
          {(current) => (
            <p class={LINE}>
              {current().which === "account"
                ? "The line to your account is lost."
                : current().which === "market"
                  ? "The line to the market is lost; prices stand still."
                  : "The line to the desk is lost."}{" "}
              <span aria-hidden="true">
                {current().secondsLeft > 0 ? `Trying again in ${current().secondsLeft} s.` : "Trying now…"}
              </span>{" "}
              Orders already placed stay as they are.
            </p>
          )}
        </Match>
        <Match when={connection().type === "venue-lost"}>
          <p class={LINE}>
            The desk has lost the exchange and is reconnecting. New orders are refused until prices are fresh; cancel
            and Stop work.
          </p>
        </Match>
        <Match when={connection().type === "stopped"}>
          <p class={LINE}>Not connected. Sign in again or reload the page.</p>
        </Match>
      </Switch>
    </div>
  );
}
