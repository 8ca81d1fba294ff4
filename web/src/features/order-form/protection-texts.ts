/** The choices of stop and target in the order form, and what is written for them. */
export const STOP_KINDS = ["default", "percent", "price", "trailing", "off"] as const;
export type StopKind = (typeof STOP_KINDS)[number];
export const TARGET_KINDS = ["default", "percent", "price", "off"] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export type ProtectionTexts = {
  readonly stopKind: StopKind;
  /** A price or a distance in percent, by its kind. */
  readonly stopText: string;
  readonly targetKind: TargetKind;
  readonly targetText: string;
};

export const DEFAULT_PROTECTION: ProtectionTexts = {
  stopKind: "default",
  stopText: "",
  targetKind: "default",
  targetText: "",
};
