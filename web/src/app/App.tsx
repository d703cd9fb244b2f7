import { AuthPage } from "../features/auth/AuthPage";
import { useT } from "../i18n";
import { fetchCode } from "../lib/modules";
import { useStore } from "../state/store";
import { useRecovery } from "../sync/recovery";
import { provideInside, resumeSession } from "../sync/session";
import { chunk, Later } from "../ui/Later";
import { Unreachable } from "../ui/Unreachable";
import { Broken } from "./Broken";
import { NewVersion } from "./NewVersion";

const load = () => import("./inside");
const inside = chunk<object>(load);
provideInside(() => fetchCode(load));

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
