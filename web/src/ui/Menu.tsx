import { DropdownMenu } from "radix-ui";
import { createContext, type ReactElement, type ReactNode, useContext, useRef, useState } from "react";
import { useOverlay } from "./overlay";

/** Takes what the chosen item does. */
const Choose = createContext<(action: () => void) => void>(() => {});

/** A menu at its trigger. Not modal: nothing of the page is locked while it is open. What an item does is done once
 * the focus is back at the trigger, so that a dialog which it opens returns the focus there and not to a gone item. */
export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  useOverlay(isOpen, () => setOpen(false));
  const chosen = useRef<(() => void) | null>(null);
  const choose = (action: () => void) => {
    chosen.current = action;
  };
  const afterClose = (event: Event) => {
    const action = chosen.current;
    if (!action) return;
    chosen.current = null;
    event.preventDefault();
    button.current?.focus();
    action();
  };
  return (
    <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={setOpen}>
      <DropdownMenu.Trigger asChild ref={button}>
        {trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          sideOffset={6}
          collisionPadding={8}
          align="end"
          onCloseAutoFocus={afterClose}
          className="z-(--z-float) min-w-52 rounded-m border border-line bg-surface-1 p-1 shadow-float"
        >
          <Choose value={choose}>{children}</Choose>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface MenuItemProps {
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  children: ReactNode;
}

export function MenuItem({ icon: picture, onSelect, danger, children }: MenuItemProps) {
  const choose = useContext(Choose);
  return (
    <DropdownMenu.Item
      onSelect={() => choose(onSelect)}
      className={`flex min-h-10 items-center gap-3 rounded-s px-2 text-sm outline-none data-highlighted:bg-surface-2 tablet:min-h-9 ${danger ? "text-danger" : "text-ink-1"}`}
    >
      {picture}
      {children}
    </DropdownMenu.Item>
  );
}
