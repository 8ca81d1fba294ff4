/** A client of /ws/trader that comes back after every loss and resumes where it stood. */
import { traderServerFrame } from "../../contract/trader-socket.ts";
import { pause } from "../../scripts/lib/wait.ts";
import type { Program } from "./program.ts";

export class Follower {
  /** Sequence numbers of the events that arrived, in the order in which they did. */
  readonly events: number[] = [];
  /** Sequence of the only snapshot that it should ever need: the first. */
  readonly snapshots: number[] = [];
  readonly epochs = new Set<string>();
  /** How often nobody answered the wish to connect. */
  refusals = 0;
  readonly #program: Program;
  #epoch: string | null = null;
  #seq = 0;
  #stopped = false;
  #socket: WebSocket | null = null;

  constructor(program: Program) {
    this.#program = program;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Follows until it is stopped. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#follow(await this.#program.ticket());
      } catch {
        // Nobody answers: the desk is being started again.
        this.refusals += 1;
      }
      await pause(100);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.close();
  }

  async #follow(ticket: string): Promise<void> {
    const socket = new WebSocket(`${this.#program.origin.replace("http", "ws")}/ws/trader`, ["trade-ticket", ticket]);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify({ type: "resume", epoch: this.#epoch, seq: this.#seq }));
    });
    socket.addEventListener("message", ({ data }) => {
      this.#take(String(data));
    });
    await new Promise<void>((resolve) => {
      socket.addEventListener("close", () => resolve());
      socket.addEventListener("error", () => resolve());
    });
  }

  #take(text: string): void {
    const frame = traderServerFrame.parse(JSON.parse(text));
    if (frame.type === "hello") {
      this.epochs.add(frame.epoch);
    } else if (frame.type === "snapshot") {
      this.snapshots.push(frame.seq);
      this.#epoch = frame.epoch;
      this.#seq = frame.seq;
    } else if (frame.type === "event") {
      this.events.push(frame.event.seq);
      this.#seq = frame.event.seq;
    }
  }
}
