import { type ReactNode, useEffect, useRef } from "react";
import { BackLink } from "./BackLink";

interface PageProps {
  title: string;
  hint?: string;
  /** The page one level up, if this one is below another. */
  back?: { to?: string; label?: string };
  children: ReactNode;
}

/** A page beside the rail: its heading, which takes the focus when one comes here, and one column. */
export function Page({ title, hint, back, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <main className="flex min-h-0 flex-col overflow-y-auto bg-surface-1">
      <header className={`flex ${back ? "h-14" : "h-5"} shrink-0 items-center px-1 tablet:h-10 tablet:px-3`}>
        {back && <BackLink {...back} />}
      </header>
      <div className="mx-auto flex w-full max-w-170 flex-1 flex-col px-3 pb-10 tablet:px-5">
        <h1 ref={heading} tabIndex={-1} className="px-3 text-lg font-semibold tracking-tight outline-none">
          {title}
        </h1>
        {hint && <p className="px-3 pt-1 text-sm text-ink-2">{hint}</p>}
        {children}
      </div>
    </main>
  );
}
