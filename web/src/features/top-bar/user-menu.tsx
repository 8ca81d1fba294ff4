import { useNavigate } from "@solidjs/router";
import { Show, createSignal, type JSX } from "solid-js";
import type { SessionView } from "../../../../contract/session.ts";
import { useStores } from "../../data/stores.tsx";
import { useOpenOrders, usePositions } from "../../data/use-account.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { plural } from "../stop/stop-words.ts";

/** Who is signed in, and the ways in and out. */
export function UserMenu(): JSX.Element {
  const { session } = useStores();
  const navigate = useNavigate();
  const [leaving, setLeaving] = createSignal<"here" | "everywhere" | null>(null);
  const items = (): MenuItem[] => {
    const user = session.user();
    if (user === null) {
      return [
        { label: "Sign in", icon: "user", onSelect: () => navigate("/sign-in") },
        { label: "Sign up", icon: "plus", onSelect: () => navigate("/sign-up") },
        { label: "Settings", icon: "settings", onSelect: () => navigate("/settings") },
      ];
    }
    return [
      ...(user.guest
        ? [
            { label: "Sign up to keep this desk", icon: "check", onSelect: () => navigate("/sign-up") } as const,
            { label: "Sign in to another account", icon: "user", onSelect: () => navigate("/sign-in") } as const,
          ]
        : []),
      { label: "Settings", icon: "settings", onSelect: () => navigate("/settings") },
      { label: "Sign out", icon: "external", separatorBefore: true, onSelect: () => setLeaving("here") },
      { label: "Sign out everywhere", icon: "external", onSelect: () => setLeaving("everywhere") },
    ];
  };
  return (
    <>
      <Menu
        label={session.user() === null ? "Sign in, settings" : "Your account and settings"}
        trigger={<Icon name="user" />}
        header={<Show when={session.user()}>{(user) => <WhoIsIn user={user()} />}</Show>}
        items={items()}
      />
      <Show when={leaving()}>{(where) => <SignOutDialog where={where()} onClose={() => setLeaving(null)} />}</Show>
    </>
  );
}

function WhoIsIn(props: { user: SessionView["user"] }): JSX.Element {
  return (
    <>
      <p class="font-medium">{props.user.guest ? "Guest" : props.user.name}</p>
      <p class="text-sm text-muted">{props.user.email ?? "Paper money, no e-mail address yet"}</p>
    </>
  );
}

/** Says what goes on without you; a guest is told that there is no way back. */
function SignOutDialog(props: { where: "here" | "everywhere"; onClose: () => void }): JSX.Element {
  const { session } = useStores();
  const orders = useOpenOrders();
  const positions = usePositions();
  return (
    <ActionDialog
      title={props.where === "here" ? "Sign out?" : "Sign out everywhere?"}
      action={session.user()?.guest === true ? "Sign out and lose this desk" : "Sign out"}
      tone={session.user()?.guest === true ? "danger" : "primary"}
      run={() => (props.where === "here" ? session.signOut() : session.signOutEverywhere())}
      onClose={() => props.onClose()}
    >
      <Show when={props.where === "everywhere"}>
        <p>Every browser and program that is signed in as you is signed out at once, this one too.</p>
      </Show>
      <p>
        {plural(orders().length, "open order")} and {plural(positions().length, "position")} of this account stay as
        they are.
      </p>
      <Show when={session.user()?.guest}>
        <p class="text-warning">
          You are a guest: without a sign-up nobody can come back to this desk, and it is closed after 30 idle days.
        </p>
      </Show>
    </ActionDialog>
  );
}
