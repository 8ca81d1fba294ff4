import { createSignal, onCleanup, type Accessor } from "solid-js";

/** Whether a media query holds, as long as the owner lives. */
export function useMedia(query: string): Accessor<boolean> {
  const list = matchMedia(query);
  const [holds, setHolds] = createSignal(list.matches);
  const handleChange = (event: MediaQueryListEvent): void => {
    setHolds(event.matches);
  };
  list.addEventListener("change", handleChange);
  onCleanup(() => list.removeEventListener("change", handleChange));
  return holds;
}

/** The three layouts of the desk. */
export type Layout = "wide" | "medium" | "phone";

export function useLayout(): Accessor<Layout> {
  const isWide = useMedia("(min-width: 1280px)");
  const isPhone = useMedia("(max-width: 767.98px)");
  return () => (isPhone() ? "phone" : isWide() ? "wide" : "medium");
}
