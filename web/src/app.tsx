import { Navigate, Route, Router } from "@solidjs/router";
import { lazy, onCleanup, type JSX } from "solid-js";
import { makePreferencesSync, preferences } from "./data/preferences.ts";
import { StoresProvider } from "./data/stores.tsx";
import { Frame } from "./features/frame/frame.tsx";
import { tradeUrl } from "./features/frame/use-place.ts";
import TradePage from "./pages/trade.tsx";

const HistoryPage = lazy(() => import("./pages/history.tsx"));
const AssistantPage = lazy(() => import("./pages/assistant.tsx"));
const RunRecordPage = lazy(() => import("./pages/run-record.tsx"));
const SettingsPage = lazy(() => import("./pages/settings.tsx"));
const SignInPage = lazy(async () => ({ default: (await import("./pages/sign-in.tsx")).SignInPage }));
const SignUpPage = lazy(async () => ({ default: (await import("./pages/sign-in.tsx")).SignUpPage }));
const NotFoundPage = lazy(() => import("./pages/not-found.tsx"));

export function App(): JSX.Element {
  onCleanup(makePreferencesSync());
  return (
    <StoresProvider>
      <Router root={Frame}>
        <Pages />
      </Router>
    </StoresProvider>
  );
}

/** Every page and its address. */
export function Pages(): JSX.Element {
  return (
    <>
      <Route path="/" component={ToLastDesk} />
      <Route path="/trade" component={ToLastDesk} />
      <Route path="/trade/:symbol" component={TradePage} />
      <Route path="/history" component={HistoryPage} />
      <Route path="/assistant" component={AssistantPage} />
      <Route path="/assistant/runs/:runId" component={RunRecordPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="/sign-in" component={SignInPage} />
      <Route path="/sign-up" component={SignUpPage} />
      <Route path="*" component={NotFoundPage} />
    </>
  );
}

function ToLastDesk(): JSX.Element {
  return <Navigate href={tradeUrl(preferences.symbol, preferences.timeframe)} />;
}
