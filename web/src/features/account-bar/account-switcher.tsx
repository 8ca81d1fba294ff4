import { useNavigate } from "@solidjs/router";
import { Show, createSignal, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import { changePreferences } from "../../data/preferences.ts";
import { useAccount, useAccounts } from "../../data/use-account.ts";
import { ModeBadge } from "../account-mode/mode-marks.tsx";
import { isKraken, modeWord } from "../account-mode/mode-words.ts";
import { connectionWord } from "../exchange/connection-words.ts";
import { Icon } from "../../ui/icon.tsx";
import { lazyPart } from "../../ui/lazy-part.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";

const DepositDialog = lazyPart(async () => (await import("./deposit-dialog.tsx")).DepositDialog);
const OpenAccountDialog = lazyPart(async () => (await import("./open-account-dialog.tsx")).OpenAccountDialog);
const ResetDialog = lazyPart(async () => (await import("./reset-dialog.tsx")).ResetDialog);

/** Which account is on screen, its mode, and what can be done with it. */
export function AccountSwitcher(props: { showName: boolean }): JSX.Element {
  const accounts = useAccounts();
  const account = useAccount();
  const navigate = useNavigate();
  const [dialog, setDialog] = createSignal<"open" | "deposit" | "reset" | null>(null);
  const close = (): void => {
    setDialog(null);
  };
  const paperItems = (): MenuItem[] => [
    { label: "Deposit paper money…", icon: "plus", separatorBefore: true, onSelect: () => setDialog("deposit") },
    { label: "Start this account again…", icon: "refresh", onSelect: () => setDialog("reset") },
  ];
  const exchangeItems = (): MenuItem[] => [
    {
      label: "Kraken key and connection",
      icon: "settings",
      separatorBefore: true,
      onSelect: () => navigate("/settings#kraken"),
    },
  ];
  const items = (): MenuItem[] => [
    ...accounts().map((entry) => ({
      label: entry.name,
      hint: [modeWord(entry), connectionWord(entry)].filter((word) => word !== null).join(", "),
      money: isKraken(entry),
      checked: entry.id === account()?.id,
      onSelect: () => changePreferences({ activeAccountId: entry.id }),
    })),
    ...(isKraken(account()) ? exchangeItems() : paperItems()),
    { label: "Open another paper account…", icon: "plus", separatorBefore: true, onSelect: () => setDialog("open") },
    ...(accounts().some(isKraken)
      ? []
      : [{ label: "Connect Kraken…", icon: "external", onSelect: () => navigate("/settings#kraken") } as const]),
  ];
  return (
    <>
      <Show when={account()}>
        {(active) => (
          <Menu
            label={labelOf(active(), props.showName)}
            items={items()}
            trigger={
              <>
                <ModeBadge account={active()} />{" "}
                <Show when={props.showName}>
                  <span class="truncated max-w-28">{active().name}</span>
                </Show>{" "}
                <Show when={connectionWord(active())}>
                  {(word) => <span class="text-sm text-warning">{word()}</span>}
                </Show>
                <Icon name="down" class="size-3 text-muted" />
              </>
            }
          />
        )}
      </Show>
      <Show when={dialog() === "open"}>
        <OpenAccountDialog onClose={close} />
      </Show>
      <Show when={dialog() === "deposit" && account()}>
        {(active) => <DepositDialog account={active()} onClose={close} />}
      </Show>
      <Show when={dialog() === "reset" && account()}>
        {(active) => <ResetDialog account={active()} onClose={close} />}
      </Show>
    </>
  );
}

/** Begins with what is to be read on the button, in its order. */
function labelOf(account: AccountView, showName: boolean): string {
  const word = connectionWord(account) ?? "";
  const shown = showName ? `${account.name} ${word}` : word;
  const rest = showName || word === "" ? [] : [account.name];
  return [`${modeWord(account)} ${shown === "" ? account.name : shown.trim()}`, ...rest, "account menu"].join(", ");
}
