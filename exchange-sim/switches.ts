import type { Random } from "./random.ts";

/** What can be switched, and the type of each. */
export interface SwitchValues {
  tradeSnapshotByDefault: boolean;
  instrumentExponents: boolean;
  wsnameAccepted: boolean;
  slashNameKeepsForm: boolean;
  ohlcSinceExclusive: boolean;
}

export type SwitchName = keyof SwitchValues;

interface Definition<T> {
  /** The first is the standard. */
  readonly values: readonly [T, ...T[]];
  readonly about: string;
  readonly source: string;
}

const definitions: { readonly [N in SwitchName]: Definition<SwitchValues[N]> } = {
  tradeSnapshotByDefault: {
    values: [true, false],
    about: "whether `trade` sends a snapshot when `snapshot` is left out",
    source: "§5.4: default differs between sources",
  },
  instrumentExponents: {
    values: [true, false],
    about: "small increments as `1E-8` instead of `0.00000001` in the `instrument` channel",
    source: "§5.3",
  },
  wsnameAccepted: {
    values: [false, true],
    about: "REST takes `XBT/USD` as a pair name",
    source: "§2.1 [1]",
  },
  slashNameKeepsForm: {
    values: [true, false],
    about: "asked for `BTC/USD`, REST answers under `BTC/USD` instead of the internal id",
    source: "§2.1 [1]",
  },
  ohlcSinceExclusive: {
    values: [true, false],
    about: "`since` of OHLC leaves out the candle that opens at that time",
    source: "§2.2 [1]",
  },
};

export const switchNames: readonly SwitchName[] = Object.keys(definitions).filter(isSwitchName);

export function isSwitchName(name: string): name is SwitchName {
  return Object.hasOwn(definitions, name);
}

export function describeSwitch(name: SwitchName): { readonly values: readonly unknown[]; readonly about: string; readonly source: string } {
  return definitions[name];
}

/** The behaviours that are in force. */
export class Switches {
  readonly #chosen = new Map<SwitchName, number>();

  value<N extends SwitchName>(name: N): SwitchValues[N] {
    const definition = definitions[name];
    return definition.values[this.#chosen.get(name) ?? 0] ?? definition.values[0];
  }

  /** Returns false, and changes nothing, when the value is none of the switch's. */
  set(name: SwitchName, value: unknown): boolean {
    const index = describeSwitch(name).values.indexOf(value);
    if (index < 0) {
      return false;
    }
    this.#chosen.set(name, index);
    return true;
  }

  /** Draws every switch, so that a client can not rely on one reading of the protocol. */
  draw(random: Random): void {
    for (const name of switchNames) {
      this.#chosen.set(name, random.integer(describeSwitch(name).values.length));
    }
  }

  all(): Record<string, unknown> {
    return Object.fromEntries(switchNames.map((name) => [name, this.value(name)]));
  }
}
