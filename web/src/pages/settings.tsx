import { useLocation } from "@solidjs/router";
import { createEffect, type JSX } from "solid-js";
import { useStores } from "../data/stores.tsx";
import { useTraderReady } from "../data/use-account.ts";
import { KrakenSettings } from "../features/kraken-keys/kraken-settings.tsx";
import { AccountSettings } from "../features/settings/account-settings.tsx";
import { Appearance } from "../features/settings/appearance.tsx";
import { Confirmations } from "../features/settings/confirmations.tsx";
import { ModelSettings } from "../features/settings/model-settings.tsx";
import { MyData } from "../features/settings/my-data.tsx";
import { NotificationSettings } from "../features/settings/notification-settings.tsx";
import { PromptSettings } from "../features/settings/prompt-settings.tsx";
import { Profile } from "../features/settings/profile.tsx";
import { RiskSettings } from "../features/settings/risk-settings.tsx";
import { Sessions } from "../features/settings/sessions.tsx";

/** Appearance for everybody; the rest for who is signed in. */
export default function SettingsPage(): JSX.Element {
  const location = useLocation();
  const { session } = useStores();
  const isReady = useTraderReady();
  // A link to one section: the page scrolls by itself, and sections come with the session, so the browser does not find it.
  createEffect(() => {
    const id = location.hash.slice(1);
    // Those of the account come with its snapshot, and move what is below them.
    isReady();
    if (session.user() !== null && id !== "") {
      queueMicrotask(() => document.getElementById(id)?.scrollIntoView());
    }
  });
  return (
    <div class="min-h-0 flex-1 overflow-y-auto">
      <div class="mx-auto flex max-w-3xl flex-col gap-4 p-4">
        <h1 class="text-xl font-semibold">Settings</h1>
        <Appearance />
        <Confirmations />
        <KrakenSettings />
        <AccountSettings />
        <RiskSettings />
        <ModelSettings />
        <PromptSettings />
        <NotificationSettings />
        <Profile />
        <Sessions />
        <MyData />
      </div>
    </div>
  );
}
