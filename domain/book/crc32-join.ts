/**
 * CRC-32 of texts whose pieces are known. CRC is linear over XOR: the state after a text whose own state, begun at 0, is known is
 * `crc32Zeros(state, length) ^ own`, so a text is not read again because what stands before it changed. What each byte of a
 * state becomes after some zero bytes is tabled: for 1 to 31 of them, and for 32 to 992 in steps of 32.
 */
import { crc32Byte } from "./crc32.ts";

const STEP_BITS = 5;
const STEP = 1 << STEP_BITS;
const LONGEST = STEP * (STEP - 1);
const LONGEST_ROW = STEP + STEP - 2;
/** A row has 256 entries for each of the four bytes. */
const ROW_BITS = 10;
const table = buildRows();

/** The state after so many more zero bytes. */
export function crc32Zeros(state: number, count: number): number {
  let crc = state;
  let left = count;
  for (; left >= LONGEST; left -= LONGEST) {
    crc = throughRow(table, LONGEST_ROW, crc);
  }
  if (left >= STEP) {
    crc = throughRow(table, STEP - 1 + (left >>> STEP_BITS), crc);
    left &= STEP - 1;
  }
  return left === 0 ? crc : throughRow(table, left, crc);
}

function throughRow(rows: Int32Array, row: number, state: number): number {
  const at = row << ROW_BITS;
  return (
    (rows[at | (state & 0xff)] ?? 0) ^
    (rows[at | 0x1_00 | ((state >>> 8) & 0xff)] ?? 0) ^
    (rows[at | 0x2_00 | ((state >>> 16) & 0xff)] ?? 0) ^
    (rows[at | 0x3_00 | (state >>> 24)] ?? 0)
  );
}

/** Row n: n zero bytes; from row 32 on: (n − 31) × 32. Row 0 is not used. */
function buildRows(): Int32Array {
  const built = new Int32Array((LONGEST_ROW + 1) << ROW_BITS);
  for (let index = 0; index < 1 << ROW_BITS; index += 1) {
    let crc = (index & 0xff) << ((index >>> 8) << 3);
    for (let row = 1; row <= STEP; row += 1) {
      crc = crc32Byte(crc, 0);
      built[(row << ROW_BITS) | index] = crc;
    }
  }
  for (let row = STEP + 1; row <= LONGEST_ROW; row += 1) {
    for (let index = 0; index < 1 << ROW_BITS; index += 1) {
      const before = built[((row - 1) << ROW_BITS) | index] ?? 0;
      built[(row << ROW_BITS) | index] = throughRow(built, STEP, before);
    }
  }
  return built;
}
