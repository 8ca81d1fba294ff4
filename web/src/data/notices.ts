/** Toasts and the list they can be read again in. A notice says what happened while nobody looked, never what is on screen. */
import { createSignal, type Accessor } from "solid-js";

export type NoticeTone = "info" | "success" | "warning" | "error";

export type Notice = {
  readonly id: number;
  readonly tone: NoticeTone;
  readonly title: string;
  readonly detail: string | null;
  readonly time: number;
  /** What makes it the same as one that was read from the journal; null for what only this page knows. */
  readonly key: string | null;
};

/** A notice of the time before. */
export type PastNotice = Omit<Notice, "id" | "key"> & { readonly key?: string | null };

type NewNotice = {
  readonly tone: NoticeTone;
  readonly title: string;
  readonly detail?: string | null;
  readonly time?: number;
  readonly key?: string | null;
};

export type NoticeStore = {
  /** Newest first, the last 200. */
  readonly all: Accessor<readonly Notice[]>;
  /** Those shown as toasts now, oldest first. */
  readonly shown: Accessor<readonly Notice[]>;
  readonly unread: Accessor<number>;
  readonly add: (notice: NewNotice) => void;
  /** Puts earlier ones, newest first, into the list without showing them. Replaces what was there. */
  readonly seed: (earlier: readonly PastNotice[]) => void;
  /** Puts further earlier ones among them, in the order of time, each key once. */
  readonly merge: (earlier: readonly PastNotice[]) => void;
  readonly dismiss: (id: number) => void;
  /** While the pointer or the focus rests on the stack nothing leaves. */
  readonly pause: (isPaused: boolean) => void;
  readonly markRead: () => void;
};

const KEPT = 200;
const SHOWN_AT_ONCE = 4;
const SHOWN_FOR_MS = { info: 5_000, success: 5_000, warning: 9_000, error: 9_000 } as const;

export function createNoticeStore(): NoticeStore {
  const [all, setAll] = createSignal<readonly Notice[]>([]);
  const [shown, setShown] = createSignal<readonly Notice[]>([]);
  const [unread, setUnread] = createSignal(0);
  let isPaused = false;
  let nextId = 1;

  function dismiss(id: number): void {
    setShown((notices) => notices.filter((notice) => notice.id !== id));
  }

  function past(notice: PastNotice): Notice {
    nextId += 1;
    return { ...notice, key: notice.key ?? null, id: nextId };
  }

  function expireLater(notice: Notice, after: number): void {
    setTimeout(() => {
      if (isPaused) {
        expireLater(notice, 1_500);
      } else {
        dismiss(notice.id);
      }
    }, after);
  }

  return {
    all,
    shown,
    unread,
    dismiss,
    add(wish) {
      const notice: Notice = {
        id: nextId,
        tone: wish.tone,
        title: wish.title,
        detail: wish.detail ?? null,
        time: wish.time ?? Date.now(),
        key: wish.key ?? null,
      };
      nextId += 1;
      setAll((notices) => [notice, ...notices].slice(0, KEPT));
      setUnread((count) => count + 1);
      setShown((notices) => [...notices, notice].slice(-SHOWN_AT_ONCE));
      expireLater(notice, SHOWN_FOR_MS[notice.tone]);
    },
    seed(earlier) {
      setAll(earlier.slice(0, KEPT).map(past));
      setUnread(0);
    },
    merge(earlier) {
      setAll((notices) => {
        const known = new Set(notices.map(({ key }) => key));
        const added = earlier.filter(({ key }) => key === null || key === undefined || !known.has(key)).map(past);
        return [...notices, ...added].toSorted((left, right) => right.time - left.time).slice(0, KEPT);
      });
    },
    pause(next) {
      isPaused = next;
    },
    markRead: () => setUnread(0),
  };
}
