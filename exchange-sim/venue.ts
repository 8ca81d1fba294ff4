import { tamperFrames } from "./admin/frame-faults.ts";
import type { FaultBoard } from "./admin/faults.ts";
import type { Clock, Micros } from "./clock.ts";
import { AccountBook, type AccountJournal } from "./engine/account-book.ts";
import { Engine } from "./engine/engine.ts";
import type { FeePreset } from "./engine/fees.ts";
import { OrderDesk } from "./engine/order-desk.ts";
import { CallCounters, MatchingCounters } from "./engine/rate-counters.ts";
import { Trading } from "./engine/trading.ts";
import { createIds } from "./ids.ts";
import { KeyRing, type ApiKey } from "./keys.ts";
import type { Switches } from "./switches.ts";
import { PrivateChannels } from "./ws/private-channels.ts";
import { TradingDoor } from "./ws/private-door.ts";
import { PublicChannels } from "./ws/public-channels.ts";

export interface VenueOptions {
  readonly clock: Clock;
  readonly seed: string;
  /** Tells this run's random ids from those of an earlier run with the same seed. */
  readonly run: string;
  readonly feePreset: FeePreset;
  readonly journal: AccountJournal;
  readonly keyChanged: (key: ApiKey) => void;
  /** Where market time starts. */
  readonly startAt: Micros;
  /** The pairs that are listed; all when undefined. */
  readonly symbols: readonly string[] | undefined;
  readonly switches: Switches;
  readonly faults: FaultBoard;
}

/** All parts of the exchange behind its doors, wired together. */
export interface Venue {
  readonly engine: Engine;
  readonly switches: Switches;
  readonly book: AccountBook;
  readonly trading: Trading;
  readonly desk: OrderDesk;
  readonly keys: KeyRing;
  readonly callCounters: CallCounters;
  readonly publicChannels: PublicChannels;
  readonly privateChannels: PrivateChannels;
  readonly door: TradingDoor;
}

export function createVenue(options: VenueOptions): Venue {
  const { clock, seed, run, startAt, symbols, feePreset, journal, switches, faults } = options;
  const engine = new Engine({ clock, seed, run, startAt, ...(symbols === undefined ? {} : { symbols }) });
  const ids = createIds(engine.random.fork(`ids/${run}`));
  const book = new AccountBook(engine, ids, switches, journal, feePreset);
  const trading = new Trading(engine, book, switches, ids, journal);
  const counters = new MatchingCounters();
  const desk = new OrderDesk(engine, trading, counters);
  const keys = new KeyRing(engine.random.fork(`keys/${run}`), options.keyChanged);
  const publicChannels = new PublicChannels(engine, switches, faults);
  const privateChannels = new PrivateChannels(engine, book, counters, switches);
  privateChannels.tamper = (frames) => tamperFrames(frames, faults);
  privateChannels.sequenceStep = (channel) => (faults.take("sequenceGap", channel) === undefined ? 1 : 2);
  trading.addListener(privateChannels);
  book.addListener(privateChannels);
  const door = new TradingDoor({ engine, book, desk, keys, channels: privateChannels, switches });
  const callCounters = new CallCounters();
  return { engine, switches, book, trading, desk, keys, callCounters, publicChannels, privateChannels, door };
}
