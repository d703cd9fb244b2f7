import type { ReactNode } from "react";
import { useT } from "../i18n";
import { clockOf } from "../i18n/format";
import type { Action } from "../lib/action";
import { Button } from "./Button";

interface SubmitProps {
  action: Action;
  disabled?: boolean;
  className?: string;
  children: ReactNode;
}

/** The button that sends a form; a rate limit counts down inside it. */
export function Submit({ action, disabled, className, children }: SubmitProps) {
  const t = useT();
  const counting = action.seconds > 0;
  return (
    <Button
      type="submit"
      look={counting ? "soft" : "primary"}
      busy={action.busy}
      disabled={disabled || counting}
      className={`tabular-nums ${className ?? ""}`}
    >
      {counting ? t("app.againIn", { time: clockOf(action.seconds) }) : children}
    </Button>
  );
}
