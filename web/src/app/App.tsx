import { lazy, Suspense } from "react";
import { resumeSession } from "../api/session";
import { AuthPage } from "../features/auth/AuthPage";
import { useT } from "../i18n";
import { useStore } from "../state/store";
import { Blank } from "../ui/Blank";
import { Button } from "../ui/Button";
import { Broken } from "./Broken";

const Layout = lazy(() => import("./inside"));

function Page() {
  const t = useT();
  const phase = useStore((state) => state.phase);
  const starting = <div role="status" aria-label={t("app.starting")} />;
  if (phase === "starting") return starting;
  if (phase === "signed-out" || phase === "must-choose") return <AuthPage />;
  if (phase === "signed-in") {
    return (
      <Suspense fallback={starting}>
        <Layout />
      </Suspense>
    );
  }
  return (
    <Blank page alert title={t("app.unreachable")} hint={t("app.unreachableHint")}>
      <Button look="primary" onClick={() => void resumeSession()}>
        {t("app.tryAgain")}
      </Button>
    </Blank>
  );
}

export function App() {
  return (
    <Broken>
      <Page />
    </Broken>
  );
}
