import { traderServerFrame } from "../../contract/trader-socket.ts";
import { pause } from "../../scripts/lib/wait.ts";
import type { Program } from "../../tests/process/program.ts";

/** Sockets of some traders: how long after its decision each sale of a symbol was in the client's hand. */
export class SaleWatch {
  readonly lags: number[] = [];
  readonly #sockets: WebSocket[] = [];
  readonly #symbol: string;

  private constructor(symbol: string) {
    this.#symbol = symbol;
  }

  static async open(programs: readonly Program[], symbol: string): Promise<SaleWatch> {
    const watch = new SaleWatch(symbol);
    for (const program of programs) {
      await watch.#connect(program);
    }
    return watch;
  }

  /** Resolves when all of them have sold, or at the end of patience. */
  async all(patienceMs: number): Promise<void> {
    const until = Date.now() + patienceMs;
    while (this.lags.length < this.#sockets.length && Date.now() < until) {
      await pause(20);
    }
  }

  close(): void {
    this.#sockets.forEach((socket) => socket.close());
  }

  async #connect(program: Program): Promise<void> {
    const address = `${program.origin.replace("http", "ws")}/ws/trader`;
    const socket = new WebSocket(address, ["trade-ticket", await program.ticket()]);
    socket.addEventListener("message", ({ data }) => {
      this.#take(String(data), Date.now());
    });
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => {
        socket.send(JSON.stringify({ type: "resume", epoch: null, seq: 0 }));
        resolve();
      });
      socket.addEventListener("error", () => reject(new Error("a socket was refused")));
    });
    this.#sockets.push(socket);
  }

  #take(text: string, now: number): void {
    const frame = traderServerFrame.parse(JSON.parse(text));
    if (frame.type === "event" && frame.event.type === "fill_booked") {
      const { side, symbol } = frame.event.data;
      if (side === "sell" && symbol === this.#symbol) {
        this.lags.push(now - frame.event.time);
      }
    }
  }
}
