import {
  createRealClock,
  createReplayClock,
  createVirtualClock,
  DAY,
  type Clock,
  type Micros,
  type VirtualClock,
} from "./clock.ts";
import type { FaultBoard } from "./admin/faults.ts";
import { startDriver, type Driver } from "./driver.ts";
import { forgetfulJournal } from "./engine/account-book.ts";
import type { FeePreset } from "./engine/fees.ts";
import { characterOf } from "./engine/fundamentals.ts";
import { bridgeDowntime } from "./engine/movement.ts";
import { recallReplay, startReplay, type ReplayTape } from "./engine/replay.ts";
import { Store } from "./persistence.ts";
import { restoreAccounts } from "./restore.ts";
import type { Switches } from "./switches.ts";
import { createVenue, type Venue } from "./venue.ts";

export interface RuntimeOptions {
  readonly seed: string;
  readonly time: "real" | "virtual";
  /** Where virtual time starts. */
  readonly startTime: Micros;
  readonly stateFolder: string | undefined;
  readonly feePreset: FeePreset;
  readonly replay: ReplayPlan | undefined;
  readonly switches: Switches;
  readonly faults: FaultBoard;
  /** Sends what a turn has queued. */
  readonly flushSockets: () => void;
}

export interface ReplayPlan {
  readonly tapes: readonly ReplayTape[];
  readonly speed: number;
  /** Market time of the first replayed candle. */
  readonly from: Micros;
}

/** One life of the exchange, from start to stop or restart. */
export interface Runtime {
  readonly venue: Venue;
  readonly clock: Clock;
  readonly virtual: VirtualClock | undefined;
  /** Whether a replay has come to its end. */
  readonly replayFinished: () => boolean;
  close(): void;
}

/** A gap in the tape longer than this is bridged with trades. */
const bridgedGap = 5_000_000;
/** A longer downtime is bridged for its last part only. */
const longestBridge = 30 * DAY;

export function openRuntime(options: RuntimeOptions): Runtime {
  const store = options.stateFolder === undefined ? undefined : new Store(options.stateFolder);
  const isKept = store?.meta("opened") !== undefined;
  const lastTime = isKept ? Number(store?.meta("marketTime")) : undefined;
  const run = isKept ? Number(store?.meta("run") ?? "0") + 1 : 0;
  const virtual =
    options.time === "virtual" ? createVirtualClock(lastTime ?? options.replay?.from ?? options.startTime) : undefined;
  const clock = virtual ?? realClock(options.replay, lastTime);
  const startAt = lastTime ?? clock.market();
  const venue = createVenue({
    clock,
    seed: store?.meta("seed") ?? options.seed,
    run: String(run),
    startAt,
    symbols: options.replay?.tapes.map((tape) => tape.pair.symbol),
    feePreset: options.feePreset,
    journal: store ?? forgetfulJournal,
    keyChanged: (key) => {
      store?.keyChanged(key);
    },
    switches: options.switches,
    faults: options.faults,
  });
  const { engine } = venue;
  if (store === undefined || !isKept) {
    inventPast(venue, options.replay);
    for (const market of store === undefined ? [] : engine.markets.values()) {
      store?.saveMarket(market, engine.now);
    }
  } else {
    recallPast(venue, store);
  }
  store?.setMeta("opened", "yes");
  store?.setMeta("seed", store.meta("seed") ?? options.seed);
  store?.setMeta("run", String(run));
  store?.setMeta("marketTime", String(engine.now));
  engine.addListener(venue.publicChannels);
  if (store !== undefined) {
    engine.addListener(store);
  }
  engine.afterTurn(() => {
    venue.privateChannels.deliver();
    store?.flush(engine.now);
    options.flushSockets();
  });
  const finished = { value: false };
  trade(venue, options, startAt, finished);
  engine.catchUp();
  const driver: Driver | undefined = virtual === undefined ? startDriver(engine) : undefined;
  return {
    venue,
    clock,
    virtual,
    replayFinished: () => finished.value,
    close() {
      driver?.stop();
      store?.close();
    },
  };
}

function realClock(replay: ReplayPlan | undefined, lastTime: Micros | undefined): Clock {
  return replay === undefined ? createRealClock() : createReplayClock(lastTime ?? replay.from, replay.speed);
}

function inventPast(venue: Venue, replay: ReplayPlan | undefined): void {
  const { engine } = venue;
  if (replay === undefined) {
    engine.inventPast();
  }
  for (const tape of replay?.tapes ?? []) {
    const first = tape.candles.find((row) => row.begin >= engine.now);
    engine.fundamentals.set(tape.pair.symbol, (first?.open ?? 1) / 10 ** tape.pair.priceDecimals);
    recallReplay(engine, tape, engine.now);
  }
  engine.openBooks();
}

function recallPast(venue: Venue, store: Store): void {
  const { engine } = venue;
  for (const market of engine.markets.values()) {
    store.loadMarket(market);
    const last = market.lastPrice;
    // The cross follows from its parts.
    if (last !== undefined && characterOf(market.pair.symbol)?.beta !== 0) {
      engine.fundamentals.set(market.pair.symbol, last / 10 ** market.pair.priceDecimals);
    }
  }
  restoreAccounts(venue, store);
  engine.openBooks();
}

function trade({ engine }: Venue, options: RuntimeOptions, startAt: Micros, finished: { value: boolean }): void {
  const now = engine.clock.market();
  if (options.replay !== undefined) {
    for (const tape of options.replay.tapes) {
      startReplay(engine, tape, startAt, () => {
        finished.value = true;
      });
    }
    engine.startCrowd(false);
    return;
  }
  if (now - startAt > bridgedGap) {
    bridgeDowntime(engine, Math.max(startAt, now - longestBridge), now);
  }
  engine.scheduler.at(now, () => {
    engine.startCrowd(true);
  });
}
