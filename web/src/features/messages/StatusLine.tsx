import type { ReactNode } from "react";

/** The line between the messages and the composer: what is going on at its start, the way to the end at its end. */
export function StatusLine({ status, children }: { status: ReactNode; children?: ReactNode }) {
  return (
    <div className="shrink-0 px-2 tablet:px-4">
      <div className="mx-auto flex h-8 w-full max-w-190 items-center justify-between gap-3 px-2 text-xs text-ink-2">
        {status}
        {children}
      </div>
    </div>
  );
}
