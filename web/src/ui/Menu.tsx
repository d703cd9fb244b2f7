import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { icon } from "./icons";

const row =
  "flex min-h-10 items-center gap-3 rounded-s px-2 text-sm outline-none data-highlighted:bg-surface-2 tablet:min-h-9";

/** A menu at its trigger. Not modal: nothing of the page is locked while it is open. */
export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          sideOffset={6}
          collisionPadding={8}
          align="end"
          className="z-(--z-float) min-w-52 rounded-m border border-line bg-surface-1 p-1 shadow-float"
        >
          {children}
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
  return (
    <DropdownMenu.Item onSelect={onSelect} className={`${row} ${danger ? "text-danger" : "text-ink-1"}`}>
      {picture}
      {children}
    </DropdownMenu.Item>
  );
}

interface MenuChoiceProps<T extends string> {
  label: string;
  value: T;
  choices: Record<T, string>;
  onChoose: (value: T) => void;
}

/** One of several, the current one marked. */
export function MenuChoice<T extends string>({ label, value, choices, onChoose }: MenuChoiceProps<T>) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChoose(next as T)}>
      <DropdownMenu.Label className="px-2 pt-2 pb-1 text-xs text-ink-3">{label}</DropdownMenu.Label>
      {(Object.entries(choices) as [T, string][]).map(([key, name]) => (
        <DropdownMenu.RadioItem key={key} value={key} className={`${row} justify-between text-ink-1`}>
          {name}
          <DropdownMenu.ItemIndicator>
            <Check {...icon} className="text-accent" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
