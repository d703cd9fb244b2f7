import { Settings2 } from "lucide-react";
import { useT } from "../../i18n";
import { Link } from "../../lib/Link";
import { paths } from "../../lib/router";
import { useStore } from "../../state/store";
import { Avatar } from "../../ui/Avatar";
import { Foreign } from "../../ui/Foreign";
import { icon } from "../../ui/icons";

/** Who one is here, and the way to everything about it. */
export function YouBar({ current }: { current: boolean }) {
  const t = useT();
  const me = useStore((state) => state.me);
  const link = useStore((state) => state.link);
  if (!me) return null;
  const status = link === "online" ? t("presence.online") : t("presence.connecting");
  return (
    <footer className="shrink-0 border-t border-line p-2">
      <Link
        href={paths.you}
        aria-current={current ? "page" : undefined}
        className={`flex items-center gap-3 rounded-m p-2 transition-colors duration-120 ${current ? "bg-surface-3" : "hover:bg-surface-2"}`}
      >
        <Avatar id={me.id} name={me.name} />
        <span className="flex min-w-0 flex-1 flex-col">
          <Foreign text={me.name} className="text-sm font-semibold" />
          {me.kind === "guest" ? (
            <span className="truncate text-xs font-semibold text-accent">{t("auth.signUp")}</span>
          ) : (
            <span className="truncate text-xs text-ink-3">{status}</span>
          )}
        </span>
        <Settings2 {...icon} aria-hidden={false} aria-label={t("you.title")} className="me-1 text-ink-2" />
      </Link>
    </footer>
  );
}
