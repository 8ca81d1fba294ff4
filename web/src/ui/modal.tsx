import { Dialog as KobalteDialog } from "@kobalte/core/dialog";
import { Show, onCleanup, type JSX } from "solid-js";
import type { DialogProps } from "./dialog.tsx";
import { Icon } from "./icon.tsx";
import { classNames } from "./class-names.ts";

const widths = { small: "sm:max-w-sm", medium: "sm:max-w-lg", large: "sm:max-w-3xl" } as const;

/** The dialog itself, in a chunk of its own: nothing of it is needed before the first one opens. Use dialog.tsx. */
export default function Modal(props: DialogProps): JSX.Element {
  useFocusReturn();
  const handleOpenChange = (isOpen: boolean): void => {
    if (!isOpen) {
      props.onClose?.();
    }
  };
  return (
    <KobalteDialog open onOpenChange={handleOpenChange} preventScroll={false}>
      <KobalteDialog.Portal>
        <KobalteDialog.Overlay class="fixed inset-0 z-40 bg-shade" />
        <div
          class={classNames(
            "pointer-events-none fixed inset-0 z-50 flex justify-center",
            props.sheet === true ? "items-end pt-6 sm:items-center" : "items-start px-3 pt-[8vh] pb-3",
          )}
        >
          <KobalteDialog.Content
            class={classNames(
              "pointer-events-auto flex max-h-[88dvh] w-full min-w-0 flex-col border border-line-strong bg-panel",
              props.sheet === true ? "rounded-t-lg sm:rounded-lg" : "rounded-lg",
              widths[props.width ?? "small"],
              props.class,
            )}
            onOpenAutoFocus={(event: Event) => {
              const wanted = props.initialFocus?.();
              if (wanted !== undefined) {
                event.preventDefault();
                wanted.focus();
              }
            }}
            onEscapeKeyDown={(event: KeyboardEvent) => {
              if (props.onClose === undefined) {
                event.preventDefault();
              }
            }}
            onPointerDownOutside={(event: Event) => {
              if (props.onClose === undefined) {
                event.preventDefault();
              }
            }}
          >
            <header class={props.bare === true ? "sr-only" : "flex shrink-0 items-start gap-2 border-b px-4 py-2.5"}>
              <div class="min-w-0 flex-1">
                <KobalteDialog.Title class="text-lg font-semibold">{props.title}</KobalteDialog.Title>
                <Show when={props.description}>
                  <KobalteDialog.Description class="mt-0.5 text-muted">{props.description}</KobalteDialog.Description>
                </Show>
              </div>
              <Show when={props.onClose && props.bare !== true}>
                <KobalteDialog.CloseButton
                  class="button -mr-1 grid size-7 place-items-center rounded-md text-muted hover:bg-hover hover:text-text"
                  aria-label="Close"
                >
                  <Icon name="close" />
                </KobalteDialog.CloseButton>
              </Show>
            </header>
            <div
              class={classNames(
                "min-h-0 flex-1",
                !props.bare && "overflow-auto",
                !props.bare && !props.sheet && "px-4 py-3",
              )}
            >
              {props.children}
            </div>
            <Show when={props.footer}>
              <footer class="flex shrink-0 flex-wrap justify-end gap-2 border-t px-4 py-2.5">{props.footer}</footer>
            </Show>
          </KobalteDialog.Content>
        </div>
      </KobalteDialog.Portal>
    </KobalteDialog>
  );
}

/** Gives the focus back to what had it, unless something else was given it meanwhile (a form that was opened from here). */
function useFocusReturn(): void {
  const before = document.activeElement;
  onCleanup(() => {
    setTimeout(() => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    });
  });
}
