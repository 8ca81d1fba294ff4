/** The parts of a position that can be closed with one press. */
export const CLOSE_PERCENTS = [25, 50, 75, 100] as const;
export type ClosePercent = (typeof CLOSE_PERCENTS)[number];
