import { LogOut, Settings2 } from "lucide-react";
import { signOut } from "../../api/session";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { Avatar } from "../../ui/Avatar";
import { IconButton } from "../../ui/IconButton";
import { icon } from "../../ui/icons";
import { Menu, MenuItem, MenuLine } from "../../ui/Menu";
import { LookChoices } from "./LookChoices";

/** Who one is here, and what one may change about it. */
export function YouBar() {
  const t = useT();
  const me = useStore((state) => state.me);
  const link = useStore((state) => state.link);
  if (!me) return null;
  const status = link === "online" ? t("presence.online") : t("presence.connecting");
  return (
    <footer className="flex shrink-0 items-center gap-3 border-t border-line px-4 py-2 pb-[max(8px,env(safe-area-inset-bottom))]">
      <Avatar id={me.id} name={me.name} />
      <div className="flex min-w-0 flex-1 flex-col">
        <span dir="auto" title={me.name} className="truncate text-sm font-semibold">
          {me.name}
        </span>
        <span className="truncate text-xs text-ink-3">{status}</span>
      </div>
      <Menu
        trigger={<IconButton label={t("settings.menu")} icon={<Settings2 {...icon} />} className="-me-2" />}
      >
        <LookChoices />
        <MenuLine />
        <MenuItem icon={<LogOut {...icon} className="points" />} onSelect={() => void signOut()}>
          {t("auth.signOut")}
        </MenuItem>
      </Menu>
    </footer>
  );
}
