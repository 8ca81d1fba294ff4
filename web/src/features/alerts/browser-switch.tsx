import { Match, Switch, createSignal, type JSX } from "solid-js";
import {
  browserNotifications,
  switchOffNotifications,
  switchOnNotifications,
} from "../../data/browser-notifications.ts";
import { Button } from "../../ui/button.tsx";

/** The button that asks the browser for its notifications; nothing else ever asks. */
export function BrowserSwitch(): JSX.Element {
  const [state, setState] = createSignal(browserNotifications());
  return (
    <Switch>
      <Match when={state() === "off"}>
        <Button size="small" onClick={() => void switchOnNotifications().then(setState)}>
          Notify me in this browser
        </Button>
      </Match>
      <Match when={state() === "on"}>
        <Button
          size="small"
          onClick={() => {
            switchOffNotifications();
            setState(browserNotifications());
          }}
        >
          Stop notifying in this browser
        </Button>
      </Match>
      <Match when={state() === "refused"}>
        <span class="text-sm text-muted">This browser refuses notifications; allow them in its site settings.</span>
      </Match>
    </Switch>
  );
}
