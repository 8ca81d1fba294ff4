import type { JSX } from "solid-js";
import { changePreferences, preferences, type ThemeChoice } from "../../data/preferences.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";

const order: Record<ThemeChoice, { next: ThemeChoice; icon: IconName; word: string }> = {
  system: { next: "dark", icon: "system", word: "as the system" },
  dark: { next: "light", icon: "moon", word: "dark" },
  light: { next: "system", icon: "sun", word: "light" },
};

/** Dark, light, as the system: each press takes the next. */
export function ThemeButton(): JSX.Element {
  return (
    <IconButton
      label={`Theme: ${order[preferences.theme].word}. Press for ${order[order[preferences.theme].next].word}.`}
      onClick={() => changePreferences({ theme: order[preferences.theme].next })}
    >
      <Icon name={order[preferences.theme].icon} />
    </IconButton>
  );
}
