/**
 * One trader's accounts, kept by /ws/trader: it says where it stands after every loss of the line and gets what came
 * after, or a snapshot. A hole in the sequence drops the line and resumes; nothing is ever guessed.
 */
import { batch, createSignal, type Accessor } from "solid-js";
import { createStore, produce, reconcile, unwrap } from "solid-js/store";
import {
  traderServerFrame,
  type Changes,
  type JournalEventView,
  type TraderServerFrame,
} from "../../../contract/trader-socket.ts";
import { noteServerTime } from "./clock.ts";
import { makeSocket, openSocket, type SocketPort, type SocketState } from "./make-socket.ts";
import { applyEvent, emptyTraderState, fromSnapshot, type TraderState } from "./trader-state.ts";

export type TraderListener = (event: JournalEventView, changes: Changes) => void;

export type TraderStore = {
  readonly state: Accessor<SocketState>;
  /** Reactive. */
  readonly trader: TraderState;
  readonly sessionExpiresAt: Accessor<number | null>;
  /** Hears every event that is new to this page, after the state has it. Returns a disposer. */
  readonly listen: (listener: TraderListener) => () => void;
  /** Dials again after the line was given up because the session had ended. */
  readonly revive: () => void;
  readonly dispose: () => void;
};

type Options = {
  readonly open?: () => SocketPort;
  /** The socket was closed because the session ended: is there another one? */
  readonly onSessionEnded?: () => Promise<boolean>;
};

export function createTraderStore(options: Options = {}): TraderStore {
  const [trader, setTrader] = createStore<TraderState>(emptyTraderState());
  const [state, setState] = createSignal<SocketState>({ type: "connecting", since: Date.now() });
  const [sessionExpiresAt, setSessionExpiresAt] = createSignal<number | null>(null);
  const listeners = new Set<TraderListener>();
  let resumedAt = -1;

  const socket = makeSocket({
    open: options.open ?? (() => openSocket("/ws/trader")),
    onOpen: (send) => send({ type: "resume", epoch: trader.epoch, seq: trader.seq }),
    onText: readText,
    onState: setState,
    ...(options.onSessionEnded === undefined ? {} : { onSessionEnded: options.onSessionEnded }),
  });

  function readText(text: string): void {
    const parsed = traderServerFrame.safeParse(parseJson(text));
    if (parsed.success) {
      readFrame(parsed.data);
    } else {
      console.error("A frame of /ws/trader is not in the contract.", parsed.error.issues);
      socket.reconnect();
    }
  }

  function readFrame(frame: TraderServerFrame): void {
    switch (frame.type) {
      case "hello":
        noteServerTime(frame.serverTime);
        setSessionExpiresAt(frame.sessionExpiresAt);
        break;
      case "snapshot":
        setTrader(reconcile(fromSnapshot(unwrap(trader), frame), { key: "id", merge: false }));
        break;
      case "event":
        readEvent(frame.event, frame.changes);
        break;
      case "error":
        console.warn(`The trader socket said: ${frame.error.message}`);
        break;
    }
  }

  function readEvent(event: JournalEventView, changes: Changes): void {
    if (event.epoch === trader.epoch && event.seq <= trader.seq) {
      return;
    }
    const hasHole = event.epoch !== trader.epoch || event.seq !== trader.seq + 1;
    if (hasHole && resumedAt !== trader.seq) {
      resumedAt = trader.seq;
      socket.reconnect();
      return;
    }
    // A hole that is still there after resuming is one in the journal as it is shown to us: going on beats a loop.
    batch(() => setTrader(produce((draft) => applyEvent(draft, event, changes))));
    for (const listener of listeners) {
      listener(event, changes);
    }
  }

  return {
    state,
    trader,
    sessionExpiresAt,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    revive() {
      if (state().type === "stopped") {
        socket.reconnect();
      }
    },
    dispose() {
      listeners.clear();
      socket.close();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it and says so.
  }
}
