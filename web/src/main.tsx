import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startI18n } from "./i18n";
import { shieldComposition } from "./lib/composition";
import { resumeSession } from "./sync/session";
import "./styles/base.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

shieldComposition(window);
await startI18n();
void resumeSession();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
