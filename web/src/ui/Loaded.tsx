import type { ReactNode } from "react";
import { useT } from "../i18n";
import type { Loading } from "../sync/query";
import { Blank } from "./Blank";
import { Button } from "./Button";
import { Problem } from "./Problem";

interface FailureProps {
  error: unknown;
  /** What is missing, where that says more than why. */
  title?: string;
  /** A line of a list, or a view of its own. */
  look: "line" | "view";
  onRetry: () => void;
}

function Failure({ error, title, look, onRetry }: FailureProps) {
  const t = useT();
  const again = <Button onClick={onRetry}>{t("app.tryAgain")}</Button>;
  if (look === "view") {
    return (
      <Blank alert title={title ?? t("app.unreachable")} hint={t("app.unreachableHint")}>
        {again}
      </Blank>
    );
  }
  return (
    <div className="flex flex-col items-start gap-3 px-2 py-4 text-sm text-ink-2">
      {title ? <p role="alert">{title}</p> : <Problem error={error} />}
      {again}
    </div>
  );
}

interface LoadedProps<T> extends Partial<Pick<FailureProps, "title" | "look">> {
  query: Loading<T>;
  /** Stands where the data will be. */
  waiting: ReactNode;
  children: (data: T) => ReactNode;
}

/** What is loaded, or in its place that it is on its way. Why it did not come stands above what came before. */
export function Loaded<T>({ query, waiting, title, look = "line", children }: LoadedProps<T>) {
  const { data, error, load } = query;
  return (
    <>
      {error !== null && <Failure error={error} title={title} look={look} onRetry={load} />}
      {data !== undefined ? children(data) : error === null && waiting}
    </>
  );
}
