/** The theme's colours in the only form that a canvas library surely reads: rgba() text. */

export type ChartColours = {
  readonly up: string;
  readonly down: string;
  readonly upSoft: string;
  readonly downSoft: string;
  readonly alert: string;
  readonly text: string;
  readonly line: string;
  readonly crosshair: string;
  readonly label: string;
  readonly background: string;
};

const variables = {
  up: "--up",
  down: "--down",
  upSoft: "--up-soft",
  downSoft: "--down-soft",
  alert: "--accent",
  text: "--muted",
  line: "--line",
  crosshair: "--line-strong",
  label: "--raised",
  background: "--panel",
} as const satisfies Record<keyof ChartColours, string>;

/**
 * Reads the theme as it applies to an element. A variable may hold light-dark() or color-mix(): the browser resolves it on
 * an element, and one painted pixel turns whatever notation comes back into bytes.
 */
export function readColours(host: HTMLElement): ChartColours {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const canvas = document.createElement("canvas");
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const read = (variable: string): string => {
    probe.style.color = `var(${variable}, gray)`;
    return painted(context, getComputedStyle(probe).color);
  };
  const colours = {
    up: read(variables.up),
    down: read(variables.down),
    upSoft: read(variables.upSoft),
    downSoft: read(variables.downSoft),
    alert: read(variables.alert),
    text: read(variables.text),
    line: read(variables.line),
    crosshair: read(variables.crosshair),
    label: read(variables.label),
    background: read(variables.background),
  };
  probe.remove();
  return colours;
}

/** Calls back when the theme, the colour pair or the system's scheme changes. Returns the disposer. */
export function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme", "data-pair", "data-up", "class", "style"],
  });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", onChange);
  return () => {
    observer.disconnect();
    scheme.removeEventListener("change", onChange);
  };
}

function painted(context: CanvasRenderingContext2D | null, colour: string): string {
  if (context === null) {
    return colour;
  }
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
}
