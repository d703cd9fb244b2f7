import { type ReactNode, useId } from "react";

interface CardProps {
  title: string;
  hint?: string;
  /** What one can do about the whole of it, at its end. */
  action?: ReactNode;
  children?: ReactNode;
}

/** A part of a page of settings: a heading, and what belongs to it on one sheet. */
export function Card({ title, hint, action, children }: CardProps) {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="mt-6 px-3">
      <h2 id={heading} className="text-sm font-semibold">
        {title}
      </h2>
      {hint && <p className="text-sm text-ink-2">{hint}</p>}
      {children && <div className="mt-3 rounded-l border border-line px-4 py-1">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap gap-2">{action}</div>}
    </section>
  );
}

interface CardRowProps {
  picture?: ReactNode;
  title: ReactNode;
  note?: ReactNode;
  children?: ReactNode;
}

/** A line of a card: what it is about, and at its end what one can do about it. */
export function CardRow({ picture, title, note, children }: CardRowProps) {
  return (
    <div className="flex min-h-14 flex-wrap items-center gap-3 border-line py-2 not-first:border-t">
      {picture && <span className="shrink-0 text-ink-2">{picture}</span>}
      <span className="flex min-w-26 flex-1 flex-col">
        <span className="overflow-clip text-sm wrap-anywhere">{title}</span>
        {note && <span className="overflow-clip text-xs text-ink-3 wrap-anywhere">{note}</span>}
      </span>
      <span className="ms-auto shrink-0">{children}</span>
    </div>
  );
}
