import { createSignal, type Accessor } from "solid-js";
import type { Problem, Result } from "../../../../domain/problem.ts";

type Page<Row> = { readonly rows: readonly Row[]; readonly next: string | null };

export type Pages<Row> = {
  readonly rows: Accessor<readonly Row[]>;
  readonly isLoading: Accessor<boolean>;
  readonly problem: Accessor<Problem | null>;
  /** True when older rows exist. */
  readonly hasMore: Accessor<boolean>;
  /** Drops what is there and reads the first page; a slower answer to an earlier question is ignored. */
  readonly restart: () => void;
  readonly loadMore: () => void;
};

/** A cursor-paged list of the API, newest first, read page by page. */
export function createPages<Row>(read: (cursor: string | undefined) => Promise<Result<Page<Row>>>): Pages<Row> {
  const [rows, setRows] = createSignal<readonly Row[]>([]);
  const [isLoading, setLoading] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [next, setNext] = createSignal<string | null>(null);
  let generation = 0;

  async function load(cursor: string | undefined): Promise<void> {
    const mine = generation;
    setLoading(true);
    const answer = await read(cursor);
    if (mine !== generation) {
      return;
    }
    setLoading(false);
    setProblem(answer.ok ? null : answer.error);
    if (answer.ok) {
      const { rows: added } = answer.value;
      setRows((before) => (cursor === undefined ? added : [...before, ...added]));
      setNext(answer.value.next);
    }
  }

  return {
    rows,
    isLoading,
    problem,
    hasMore: () => next() !== null,
    restart() {
      generation += 1;
      setRows([]);
      setNext(null);
      void load(undefined);
    },
    loadMore() {
      const cursor = next();
      if (cursor !== null && !isLoading()) {
        void load(cursor);
      }
    },
  };
}
