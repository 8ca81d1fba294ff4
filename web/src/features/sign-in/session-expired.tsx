import { Show, type JSX } from "solid-js";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SignInForm } from "./sign-in-form.tsx";

/** The session ended while the page was open: sign in over it, and everything is where it was. */
export function SessionExpired(): JSX.Element {
  const { session } = useStores();
  const user = () => {
    const state = session.state();
    return state.type === "expired" ? state.session.user : null;
  };
  return (
    <Show when={user()}>
      {(current) => (
        <Dialog
          open
          title={current().guest ? "The guest's session has ended" : "Your session has ended"}
          description={
            current().guest
              ? "A guest cannot sign in again. Orders already placed stay as they are until the desk closes idle guests."
              : "Sign in again to go on. Orders already placed stay as they are, and this page stays where it is."
          }
        >
          <div class="flex flex-col gap-4">
            <SignInForm initialEmail={current().email ?? undefined} onDone={(next) => session.take(next)} />
            <div class="flex flex-wrap gap-2 border-t pt-3">
              <Show when={current().guest}>
                <Button onClick={() => void session.continueAsGuest()}>Start as a new guest</Button>
              </Show>
              <Button tone="quiet" onClick={() => session.forget()}>
                Leave
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </Show>
  );
}
