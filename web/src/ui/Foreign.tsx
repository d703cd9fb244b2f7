import { bounded } from "../lib/text";

interface ForeignProps {
  text: string;
  className?: string;
}

/** A name or a line that somebody else wrote, on one line: in its own direction, and clipped to that line. */
export function Foreign({ text, className = "" }: ForeignProps) {
  return (
    <span dir="auto" title={text} className={`min-w-0 truncate ${className}`}>
      {bounded(text)}
    </span>
  );
}
