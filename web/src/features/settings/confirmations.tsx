import type { JSX } from "solid-js";
import { changePreferences, preferences } from "../../data/preferences.ts";
import { Switch } from "../../ui/switch.tsx";
import { Section } from "./section.tsx";

export function Confirmations(): JSX.Element {
  return (
    <Section
      id="confirmations"
      title="Confirmations"
      description="One more step that repeats side, size, price, cost and fee. Paper money may go without; orders that move money at Kraken are always confirmed."
    >
      <Switch
        label="Confirm every order"
        checked={preferences.confirmOrders}
        onChange={(confirmOrders) => changePreferences({ confirmOrders })}
      />
      <Switch
        label="Confirm closing a position"
        checked={preferences.confirmCloses}
        onChange={(confirmCloses) => changePreferences({ confirmCloses })}
      />
    </Section>
  );
}
