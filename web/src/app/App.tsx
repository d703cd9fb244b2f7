import { Tooltip } from "radix-ui";
import { resumeSession } from "../api/session";
import { AuthPage } from "../features/auth/AuthPage";
import { useT } from "../i18n";
import { useStore } from "../state/store";
import { Blank } from "../ui/Blank";
import { Button } from "../ui/Button";
import { Broken } from "./Broken";
import { Layout } from "./Layout";

function Page() {
  const t = useT();
  const phase = useStore((state) => state.phase);
  if (phase === "starting") return <div role="status" aria-label={t("app.starting")} />;
  if (phase === "signed-out") return <AuthPage />;
  if (phase === "signed-in") return <Layout />;
  return (
    <Blank alert title={t("app.unreachable")} hint={t("app.unreachableHint")}>
      <Button look="primary" onClick={() => void resumeSession()}>
        {t("app.tryAgain")}
      </Button>
    </Blank>
  );
}

export function App() {
  return (
    <Broken>
      <Tooltip.Provider delayDuration={400}>
        <Page />
      </Tooltip.Provider>
    </Broken>
  );
}
