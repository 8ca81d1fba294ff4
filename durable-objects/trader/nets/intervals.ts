/** The trader looks after its watched levels itself this often (TRADING §4 "Three nets"), */
export const LEVELS_EVERY_MS = 30_000;
/** and this often while there is more to read of a tape than one look takes. */
export const BEHIND_EVERY_MS = 5_000;
