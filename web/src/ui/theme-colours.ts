/** The theme's colours as the canvas of a chart needs them: resolved, not as variables. */
export type ThemeColours = {
  readonly panel: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly warning: string;
  readonly up: string;
  readonly down: string;
};

const NAMES = ["panel", "text", "muted", "line", "accent", "warning", "up", "down"] as const;

/** Reads the colours in force below `element`. Call again when preferences.theme, pair or up change, or the system's theme. */
export function readThemeColours(element: HTMLElement): ThemeColours {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const [panel = "", text = "", muted = "", line = "", accent = "", warning = "", up = "", down = ""] = NAMES.map(read);
  probe.remove();
  return { panel, text, muted, line, accent, warning, up, down };
}
