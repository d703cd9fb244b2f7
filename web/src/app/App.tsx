import { resumeSession } from "../api/session";
import { AuthPage } from "../features/auth/AuthPage";
import { useT } from "../i18n";
import { useStore } from "../state/store";
import { Broken } from "./Broken";
import { chunk, Later } from "./Later";
import { NewVersion } from "./NewVersion";
import { useRecovery } from "./recovery";
import { Unreachable } from "./Unreachable";

const inside = chunk<object>(() => import("./inside"));

function Waiting() {
  const t = useT();
  useRecovery(true, resumeSession);
  return <Unreachable page hint={t("app.unreachableHint")} onRetry={() => void resumeSession()} />;
}

function Page() {
  const t = useT();
  const phase = useStore((state) => state.phase);
  if (phase === "starting") return <div role="status" aria-label={t("app.starting")} />;
  if (phase === "signed-out" || phase === "must-choose") return <AuthPage />;
  if (phase === "signed-in") return <Later of={inside} props={{}} />;
  return <Waiting />;
}

export function App() {
  return (
    <Broken>
      <Page />
      <NewVersion />
    </Broken>
  );
}
