import type { ComponentType } from "react";
import { fetchCode } from "../lib/modules";
import { useQuery } from "../sync/query";
import { Unreachable } from "./Unreachable";

/** A component whose code comes when it is wanted, or ahead of that by `fetchAhead`. */
export interface Chunk<Props> {
  Known?: ComponentType<Props>;
  fetch: () => Promise<void>;
  /** For a page that nobody has asked for yet: that it is missing is told when somebody does. */
  fetchAhead: () => Promise<void>;
}

export function chunk<Props>(load: () => Promise<{ default: ComponentType<Props> }>): Chunk<Props> {
  const take = async (how: typeof load) => {
    made.Known = (await how()).default;
  };
  const made: Chunk<Props> = {
    fetch: () => take(() => fetchCode(load)),
    fetchAhead: () => take(load).catch(() => undefined),
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
  const query = useQuery(of.fetch, !of.Known);
  if (of.Known) return <of.Known {...props} />;
  return (
    <Frame className="min-h-56 bg-surface-1" aria-busy={query.busy}>
      {query.error !== null && <Unreachable page={Frame === "main"} onRetry={query.load} />}
    </Frame>
  );
}
