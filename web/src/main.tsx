import "./styles/index.css";
import { render } from "solid-js/web";
import { z } from "zod";
import { App } from "./app.tsx";
import { applyToDocument } from "./data/preferences.ts";

// The content security policy forbids code from text, which zod would otherwise compile its parsers with.
z.config({ jitless: true });
applyToDocument();

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no #root element");
}
render(() => <App />, root);
