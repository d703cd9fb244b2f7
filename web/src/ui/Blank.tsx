import type { ReactNode } from "react";

interface BlankProps {
  picture?: ReactNode;
  title: string;
  hint?: string;
  children?: ReactNode;
  /** True where it is the whole page, and its sentence the page's heading. */
  page?: boolean;
  /** An error is announced; an empty state is just there. */
  alert?: boolean;
}

/** What a view shows when it has nothing to show: one sentence, and one thing to do. */
export function Blank({ picture, title, hint, children, page, alert }: BlankProps) {
  const Title = page ? "h1" : "p";
  return (
    <div
      role={alert ? "alert" : undefined}
      className="flex h-full flex-col items-center justify-center gap-2 px-6 py-10 text-center"
    >
      {picture && <div className="mb-1 text-ink-3">{picture}</div>}
      <Title className="text-md font-semibold text-ink-1">{title}</Title>
      {hint && <p className="max-w-80 text-sm text-ink-2">{hint}</p>}
      {children && <div className="mt-3 flex gap-2">{children}</div>}
    </div>
  );
}
