import { Suspense, createComponent, lazy, type Component, type JSX } from "solid-js";

const loaders = new Set<() => Promise<unknown>>();

/**
 * A part of the page in a chunk of its own, for what nobody sees at first. It has a boundary of its own, so that what stands
 * around it never waits; a part that takes room brings a `fallback` of its size.
 */
export function lazyPart<P extends Record<string, unknown>>(
  load: () => Promise<Component<P>>,
  fallback?: () => JSX.Element,
): Component<P> {
  const fetchPart = async (): Promise<{ default: Component<P> }> => ({ default: await load() });
  loaders.add(fetchPart);
  const Part = lazy(fetchPart);
  return (props) => <Suspense fallback={fallback?.()}>{createComponent(Part, props)}</Suspense>;
}

/** Fetches the parts that are known by now ahead of their first use, so that they open at once. */
export function warmUpParts(): void {
  for (const load of loaders) {
    loaders.delete(load);
    load().catch((error: unknown) => {
      loaders.add(load);
      console.warn("A part of the page could not be fetched ahead.", error);
    });
  }
}
