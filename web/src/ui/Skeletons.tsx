interface SkeletonsProps {
  count: number;
  /** How wide the lines of a row are: one of two, or one alone. */
  lines: string[];
  /** What stands for the picture of a row. */
  picture?: string;
  className?: string;
}

/** The rows of a list that is on its way. */
export function Skeletons({ count, lines, picture = "size-9", className = "" }: SkeletonsProps) {
  return Array.from({ length: count }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
    <div key={index} aria-hidden className={`flex items-center gap-3 ${className}`}>
      <div className={`skeleton shrink-0 ${picture}`} />
      <div className="flex flex-1 flex-col gap-2">
        {lines.map((line) => (
          <div key={line} className={`skeleton ${line}`} />
        ))}
      </div>
    </div>
  ));
}
