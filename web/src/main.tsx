import "./styles.css";
import type { JSX } from "solid-js";
import { render } from "solid-js/web";

function App(): JSX.Element {
  return <h1 class="p-4 text-xl">TradeWithAI</h1>;
}

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no #root element");
}
render(() => <App />, root);
