import type { ReactNode } from "react";
import { useAction } from "../lib/action";
import { Button } from "./Button";
import { Problem } from "./Problem";

interface MoreButtonProps {
  load: () => Promise<void>;
  className: string;
  children: ReactNode;
}

/** Loads the next page of a list at its end. */
export function MoreButton({ load, className, children }: MoreButtonProps) {
  const action = useAction();
  return (
    <div className={`flex flex-col items-start gap-2 ${className}`}>
      <Problem error={action.error} />
      <Button busy={action.busy} onClick={() => void action.run(load)}>
        {children}
      </Button>
    </div>
  );
}
