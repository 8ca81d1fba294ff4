/**
 * Answers kept for a few seconds in the isolate's memory. The platform's Cache API would share them between isolates of one
 * place, but does nothing on workers.dev and costs a lookup outside the isolate; at lifetimes of seconds memory is as good.
 */
export type MemoryCache<T> = {
  /** The value kept under the key, or null when there is none young enough. */
  get(key: string, now: number): T | null;
  set(key: string, value: T, now: number): void;
};

type Entry<T> = { readonly value: T; readonly until: number };

/** Keeps at most `capacity` values, the oldest leaving first, each for `lifetimeMs`. */
export function makeMemoryCache<T>(lifetimeMs: number, capacity: number): MemoryCache<T> {
  const entries = new Map<string, Entry<T>>();
  return {
    get(key, now) {
      const entry = entries.get(key);
      if (entry === undefined || entry.until <= now) {
        entries.delete(key);
        return null;
      }
      return entry.value;
    },
    set(key, value, now) {
      entries.delete(key);
      const [oldest] = entries.keys();
      if (entries.size >= capacity && oldest !== undefined) {
        entries.delete(oldest);
      }
      entries.set(key, { value, until: now + lifetimeMs });
    },
  };
}
