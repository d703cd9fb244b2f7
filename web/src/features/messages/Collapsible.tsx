import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { useT } from "../../i18n";

/** Shorter texts than this cannot be high; measuring each of them would cost every conversation. */
const LONG_CHARACTERS = 250;
const LONG_LINES = 10;
/** Every character that breaks a line. */
const BREAKS = /[\n\v\f\r\u0085\u2028\u2029]/g;

/** Whether a text may be higher than what is shown of it at first. */
export function mayBeHigh(text: string): boolean {
  return text.length > LONG_CHARACTERS || (text.match(BREAKS)?.length ?? 0) > LONG_LINES;
}

/** The first lines of a high text; the rest when it is asked for. */
export function Collapsible({ children }: { children: ReactNode }) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const [isHigh, setHigh] = useState(false);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      setHigh(element.scrollHeight > element.clientHeight + 1 || open),
    );
    observer.observe(element);
    setHigh(element.scrollHeight > element.clientHeight + 1 || open);
    return () => observer.disconnect();
  }, [open]);
  return (
    <>
      <div ref={box} className={open ? "" : `max-h-[16lh] overflow-clip ${isHigh ? "fades-long" : ""}`}>
        {children}
      </div>
      {isHigh && (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="text-link mt-0.5 text-sm"
        >
          {t(open ? "messages.less" : "messages.more")}
        </button>
      )}
    </>
  );
}
