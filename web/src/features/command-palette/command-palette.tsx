import { Show, createMemo, type JSX } from "solid-js";
import { useStores } from "../../data/stores.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { SearchList, type SearchEntry } from "../../ui/search-list.tsx";

export type Command = {
  readonly id: string;
  readonly label: string;
  readonly group: "Actions" | "Pages";
  readonly icon: IconName;
  /** Further words that find it. */
  readonly words?: string;
  readonly key?: string;
  readonly run: () => void;
};

/** Pairs, pages and actions in one list. */
export function CommandPalette(props: {
  open: boolean;
  onClose: () => void;
  commands: readonly Command[];
  onSymbol: (symbol: string) => void;
}): JSX.Element {
  const { market } = useStores();
  const run = (command: Command): void => {
    props.onClose();
    command.run();
  };
  const choose = (symbol: string): void => {
    props.onClose();
    props.onSymbol(symbol);
  };
  const entries = createMemo((): SearchEntry[] => [
    ...props.commands.map((command) => ({
      id: command.id,
      text: `${command.label} ${command.words ?? ""}`,
      group: command.group,
      content: () => <CommandRow command={command} />,
      onSelect: () => run(command),
    })),
    ...market.markets().map(({ instrument }) => ({
      id: instrument.symbol.replace("/", "-"),
      text: `${instrument.symbol} ${instrument.base}${instrument.quote}`,
      group: "Pairs",
      content: () => (
        <>
          <Icon name="trade" class="size-4 text-muted" />
          <span class="flex-1">{instrument.symbol}</span>
        </>
      ),
      onSelect: () => choose(instrument.symbol),
    })),
  ]);
  return (
    <Dialog
      open={props.open}
      onClose={() => props.onClose()}
      title="Command palette"
      width="medium"
      class="h-[28rem]"
      bare
    >
      <SearchList
        label="Search commands, pages and pairs"
        placeholder="Type a command, a page or a pair"
        entries={entries()}
        empty="Nothing has this name."
        class="h-full"
      />
    </Dialog>
  );
}

function CommandRow(props: { command: Command }): JSX.Element {
  return (
    <>
      <Icon name={props.command.icon} class="size-4 text-muted" />
      <span class="flex-1">{props.command.label}</span>
      <Show when={props.command.key}>
        <kbd class="rounded-sm border px-1 font-sans text-xs text-muted">{props.command.key}</kbd>
      </Show>
    </>
  );
}
