/** The trader looks after its watched levels itself this often (TRADING §4 "Three nets"). */
export const LEVELS_EVERY_MS = 30_000;
