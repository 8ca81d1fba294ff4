import { useNavigate } from "@solidjs/router";
import { Show, createSignal, type JSX } from "solid-js";
import { DELETE_CONFIRMATION } from "../../../../contract/auth.ts";
import { resetPreferences } from "../../data/preferences.ts";
import { deleteMyData, exportMyData } from "../../data/session-api.ts";
import { useStores } from "../../data/stores.tsx";
import { useAccounts, useOpenOrders } from "../../data/use-account.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { plural } from "../stop/stop-words.ts";
import { SaveNote, Section } from "./section.tsx";

/** Taking everything along, and leaving for good. */
export function MyData(): JSX.Element {
  const { session } = useStores();
  const [isDeleting, setDeleting] = createSignal(false);
  const [note, setNote] = createSignal<{ text: string; isError: boolean } | null>(null);
  const download = async (): Promise<void> => {
    setNote({ text: "Gathering…", isError: false });
    const answer = await exportMyData();
    if (!answer.ok) {
      setNote({ text: answer.error.message, isError: true });
      return;
    }
    saveAsFile("tradewithai-export.json", JSON.stringify(answer.value, null, 2));
    setNote({ text: "Saved as tradewithai-export.json.", isError: false });
  };
  return (
    <Show when={session.user()}>
      <Section
        id="data"
        title="Your data"
        description="The export holds everything that is stored about you: accounts with every event, orders, fills, equity, sessions."
      >
        <div class="flex flex-wrap items-center gap-3">
          <Button onClick={() => void download()}>Export everything</Button>
          <Button tone="danger" onClick={() => setDeleting(true)}>
            Delete everything…
          </Button>
          <SaveNote text={note()?.text ?? null} isError={note()?.isError ?? false} />
        </div>
        <Show when={isDeleting()}>
          <DeleteDialog onClose={() => setDeleting(false)} />
        </Show>
      </Section>
    </Show>
  );
}

function DeleteDialog(props: { onClose: () => void }): JSX.Element {
  const { session } = useStores();
  const navigate = useNavigate();
  const accounts = useAccounts();
  const orders = useOpenOrders();
  const [typed, setTyped] = createSignal("");
  const [password, setPassword] = createSignal("");
  return (
    <ActionDialog
      title="Delete everything?"
      action="Delete everything"
      tone="danger"
      blockedReason={typed() === DELETE_CONFIRMATION ? null : `Type “${DELETE_CONFIRMATION}” first`}
      run={() => deleteMyData(password())}
      onDone={() => {
        resetPreferences();
        session.forget();
        navigate("/trade", { replace: true });
      }}
      onClose={() => props.onClose()}
    >
      <p>
        {plural(accounts().length, "account")} with all history, {plural(orders().length, "open order")} of the account
        on screen, every session and the user are erased. Nobody can bring them back. While an account at Kraken has
        open orders or positions of this desk, nothing is erased: stop it with “flatten” first, or remove its key.
      </p>
      <TextField label={`Type “${DELETE_CONFIRMATION}”`} value={typed()} onInput={setTyped} autocomplete="off" />
      <Show when={session.user()?.guest === false}>
        <TextField
          label="Password"
          type="password"
          autocomplete="current-password"
          value={password()}
          onInput={setPassword}
        />
      </Show>
    </ActionDialog>
  );
}

function saveAsFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
