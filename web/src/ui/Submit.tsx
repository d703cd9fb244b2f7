import type { ReactNode } from "react";
import type { Deed } from "../app/deed";
import { useT } from "../i18n";
import { clockOf } from "../i18n/format";
import { Button } from "./Button";

interface SubmitProps {
  deed: Deed;
  disabled?: boolean;
  className?: string;
  children: ReactNode;
}

/** The button that sends a form; a rate limit counts down inside it. */
export function Submit({ deed, disabled, className, children }: SubmitProps) {
  const t = useT();
  const counting = deed.seconds > 0;
  return (
    <Button
      type="submit"
      look={counting ? "soft" : "primary"}
      busy={deed.busy}
      disabled={disabled || counting}
      className={`tabular-nums ${className ?? ""}`}
    >
      {counting ? t("app.againIn", { time: clockOf(deed.seconds) }) : children}
    </Button>
  );
}
