import { Tooltip } from "radix-ui";
import type { ComponentProps, ReactElement } from "react";

type IconButtonProps = ComponentProps<"button"> & {
  label: string;
  /** Shown in the tooltip beside the label. */
  keys?: string;
  icon: ReactElement;
};

/** A button that is only an icon; its label is its name and its tooltip. */
export function IconButton({ label, keys, icon, className = "", ...rest }: IconButtonProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          aria-label={label}
          aria-keyshortcuts={keys?.replaceAll(" ", "")}
          className={`inline-flex size-11 shrink-0 items-center justify-center rounded-s text-ink-2 transition-colors duration-120 hover:bg-surface-2 hover:text-ink-1 aria-pressed:bg-surface-2 aria-pressed:text-ink-1 data-[state=open]:bg-surface-2 tablet:size-9 ${className}`}
          {...rest}
        >
          {icon}
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={6}
          collisionPadding={8}
          className="z-(--z-float) flex items-center gap-2 rounded-s bg-ink-1 px-2 py-1 text-xs text-surface-1 shadow-float"
        >
          {label}
          {keys && <kbd className="font-sans">{keys}</kbd>}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
