import { type ComponentType, useCallback, useEffect, useState } from "react";
import { useT } from "../i18n";
import { Blank } from "../ui/Blank";
import { Button } from "../ui/Button";

/** A component whose code comes when it is wanted, or ahead of that by `fetch`. */
export interface Chunk<Props> {
  Known?: ComponentType<Props>;
  fetch: () => Promise<void>;
}

export function chunk<Props>(load: () => Promise<{ default: ComponentType<Props> }>): Chunk<Props> {
  const made: Chunk<Props> = {
    fetch: async () => {
      made.Known = (await load()).default;
    },
  };
  return made;
}

interface LaterProps<Props> {
  of: Chunk<Props>;
  props: Props;
  /** What stands in for it until then: the page's main part, or a part of a page. */
  as?: "main" | "div";
}

/** Shows a chunk. Without the server it says so and can be asked for again: React's `lazy` would throw, and the rest
 * of the page with what was typed there would be gone. */
export function Later<Props extends object>({ of, props, as: Frame = "main" }: LaterProps<Props>) {
  const t = useT();
  const [phase, setPhase] = useState<"waiting" | "known" | "failed">("waiting");
  const ask = useCallback(() => {
    setPhase("waiting");
    of.fetch().then(
      () => setPhase("known"),
      () => setPhase("failed"),
    );
  }, [of]);
  useEffect(() => {
    if (!of.Known) ask();
  }, [of, ask]);
  if (of.Known) return <of.Known {...props} />;
  return (
    <Frame className="min-h-56 bg-surface-1" aria-busy={phase === "waiting"}>
      {phase === "failed" && (
        <Blank page={Frame === "main"} alert title={t("app.unreachable")}>
          <Button onClick={ask}>{t("app.tryAgain")}</Button>
        </Blank>
      )}
    </Frame>
  );
}
