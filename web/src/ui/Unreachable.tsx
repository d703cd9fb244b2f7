import { useT } from "../i18n";
import { useVersion } from "../lib/modules";
import { Blank } from "./Blank";
import { Button } from "./Button";

interface UnreachableProps {
  page?: boolean;
  hint?: string;
  onRetry: () => void;
}

/** In place of what the server did not give. */
export function Unreachable({ page, hint, onRetry }: UnreachableProps) {
  const t = useT();
  // The server is there, and the page says what is the matter.
  if (useVersion() !== "current") return null;
  return (
    <Blank page={page} alert title={t("app.unreachable")} hint={hint}>
      <Button look={page ? "primary" : "soft"} onClick={onRetry}>
        {t("app.tryAgain")}
      </Button>
    </Blank>
  );
}
