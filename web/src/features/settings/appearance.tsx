import type { JSX } from "solid-js";
import { createNow } from "../../data/clock.ts";
import { changePreferences, preferences } from "../../data/preferences.ts";
import { SelectField } from "../../ui/field.tsx";
import { formatTime } from "../../ui/format-time.ts";
import { Switch } from "../../ui/switch.tsx";
import { Section } from "./section.tsx";
import { displayZones } from "./zones.ts";

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "dark", label: "Dark" },
  { value: "light", label: "Light" },
] as const;

const PAIRS = [
  { value: "standard", label: "Green and red" },
  { value: "colour-blind", label: "Blue and orange (colour-blind)" },
] as const;

const UP = [
  { value: "normal", label: "The first for up" },
  { value: "swapped", label: "The second for up" },
] as const;

/** How the desk looks on this computer. Takes effect at once. */
export function Appearance(): JSX.Element {
  const now = createNow();
  return (
    <Section id="appearance" title="Appearance" description="Kept in this browser.">
      <div class="grid gap-3 sm:grid-cols-2">
        <SelectField
          label="Theme"
          value={preferences.theme}
          options={THEMES}
          onChange={(theme) => changePreferences({ theme })}
        />
        <SelectField
          label="Zone of all times"
          value={preferences.zone}
          options={displayZones()}
          onChange={(zone) => changePreferences({ zone })}
          hint={`Now ${formatTime(now(), preferences.zone, "date-time")}`}
        />
        <SelectField
          label="Colours of gains and losses"
          value={preferences.colourPair}
          options={PAIRS}
          onChange={(colourPair) => changePreferences({ colourPair })}
        />
        <SelectField
          label="Which colour is up"
          value={preferences.upColour}
          options={UP}
          onChange={(upColour) => changePreferences({ upColour })}
        />
      </div>
      <p class="flex gap-4" aria-label="Sample of the colours">
        <span class="text-up">▲ +1.20 % up</span>
        <span class="text-down">▼ −0.80 % down</span>
      </p>
      <Switch
        label="Flash digits that changed"
        description="Off as well where the system asks for less motion."
        checked={preferences.flashChanges}
        onChange={(flashChanges) => changePreferences({ flashChanges })}
      />
    </Section>
  );
}
