import type { JSX } from "solid-js";
import { StoresProvider } from "./data/stores.tsx";

export function App(): JSX.Element {
  return (
    <StoresProvider>
      <h1 class="p-4 text-xl">TradeWithAI</h1>
    </StoresProvider>
  );
}
