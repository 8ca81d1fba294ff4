/** A seeded source of randomness. The same seed and the same calls give the same numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** Bell-shaped with mean 0 and deviation 1, between -6 and 6. */
  normal(): number;
  /** Exponentially distributed with the given mean: the waiting time of a Poisson process. */
  exponential(mean: number): number;
  /** An independent source derived from this one's seed and a label, whatever was drawn before. */
  fork(label: string): Random;
}

export function createRandom(seed: string): Random {
  const state = new Uint32Array(4);
  for (let index = 0; index < 4; index += 1) {
    state[index] = hash(`${seed}/${String(index)}`);
  }
  // sfc32: small, fast, passes the usual batteries.
  function nextWord(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = state;
    const sum = (((a + b) | 0) + counter) | 0;
    state[3] = counter + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  for (let warmUp = 0; warmUp < 12; warmUp += 1) {
    nextWord();
  }
  const random: Random = {
    next() {
      return nextWord() / 4_294_967_296;
    },
    integer(limit) {
      return Math.floor(random.next() * limit);
    },
    normal() {
      let sum = -6;
      for (let index = 0; index < 12; index += 1) {
        sum += random.next();
      }
      return sum;
    },
    exponential(mean) {
      return -Math.log(1 - random.next()) * mean;
    },
    fork(label) {
      return createRandom(`${seed}/${label}`);
    },
  };
  return random;
}

/** FNV-1a with a final avalanche. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
