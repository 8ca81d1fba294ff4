/** CRC-32 (IEEE 802.3, reflected): the checksum of the venue's books (PROTOCOL §5.5) and of trigger digests. */
const REFLECTED_POLYNOMIAL = 0xed_b8_83_20;
const ALL_ONES = 0xff_ff_ff_ff;
const table = buildTable();

/** The state before any text, for `crc32Continue`. */
export const CRC32_START = ALL_ONES;

/** Takes more ASCII text into the state; finish with `crc32Finish`. */
export function crc32Continue(state: number, text: string): number {
  let crc = state;
  for (let index = 0; index < text.length; index += 1) {
    crc = crc32Byte(crc, text.charCodeAt(index));
  }
  return crc;
}

/** Takes one more byte into the state. */
export function crc32Byte(state: number, byte: number): number {
  return (state >>> 8) ^ (table[(state ^ byte) & 0xff] ?? 0);
}

/** The unsigned checksum of everything taken in. */
export function crc32Finish(state: number): number {
  return (state ^ ALL_ONES) >>> 0;
}

/** Unsigned CRC-32 of ASCII text. crc32("123456789") = 3421780262. */
export function crc32(text: string): number {
  return crc32Finish(crc32Continue(CRC32_START, text));
}

function buildTable(): Int32Array {
  const entries = new Int32Array(256);
  for (let index = 0; index < 256; index += 1) {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) {
      value = (value & 1) === 1 ? (value >>> 1) ^ REFLECTED_POLYNOMIAL : value >>> 1;
    }
    entries[index] = value;
  }
  return entries;
}
