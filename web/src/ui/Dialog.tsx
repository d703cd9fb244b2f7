import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { useT } from "../i18n";
import { icon } from "./icons";
import { useOverlay } from "./overlay";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** "side" is a pane that slides over the page where there is no room for a column. */
  place?: "centre" | "side";
}

const places = {
  centre:
    "mt-auto mb-0 w-full max-w-full rounded-t-l tablet:m-auto tablet:max-h-[86dvh] tablet:w-110 tablet:rounded-l max-h-[92dvh]",
  side: "my-0 ms-auto me-0 h-dvh max-h-dvh w-80 max-w-[88vw]",
};

/** A modal dialog. The browser's own element keeps the focus inside, closes on Escape and needs no injected styles. */
export function Dialog({ title, onClose, children, place = "centre" }: DialogProps) {
  const t = useT();
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();

  // A layout effect: its end comes while the dialog is still in the page, and only then does the focus go back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    dialog.showModal();
    // The browser would pick the close button; one came here to write, or to read.
    const field = dialog.querySelector<HTMLElement>("input:not([readonly], [type=radio], [hidden])");
    (field ?? dialog).focus();
    return () => dialog.close();
  }, []);
  useOverlay(true, onClose);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog natively; this is the veil around it.
    <dialog
      ref={ref}
      tabIndex={-1}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
      className={`sheet flex-col overflow-hidden bg-surface-1 text-ink-1 shadow-float outline-none open:flex ${places[place]}`}
    >
      <header className="flex h-14 shrink-0 items-center justify-between ps-5 pe-2">
        <h2 id={heading} className="truncate text-md font-semibold">
          {title}
        </h2>
        {/* Without a tooltip of ours: it would open below the top layer that a dialog is in. */}
        <button
          type="button"
          aria-label={t("app.close")}
          title={t("app.close")}
          onClick={onClose}
          className="inline-flex size-11 shrink-0 items-center justify-center rounded-s text-ink-2 hover:bg-surface-2 hover:text-ink-1 tablet:size-9"
        >
          <X {...icon} />
        </button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
    </dialog>
  );
}
