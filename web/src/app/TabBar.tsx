import { MessagesSquare, UserRound, UsersRound } from "lucide-react";
import { isUnread } from "../features/rooms/lists";
import { useT } from "../i18n";
import { Link } from "../lib/Link";
import { paths, type Route } from "../lib/router";
import { useStore } from "../state/store";
import { icon } from "../ui/icons";

const tabs = [
  { href: paths.home, pages: ["home", "discover"], word: "nav.rooms", Picture: MessagesSquare },
  { href: paths.people, pages: ["people"], word: "nav.people", Picture: UsersRound },
  { href: paths.you, pages: ["you", "devices"], word: "nav.you", Picture: UserRound },
] as const satisfies { href: string; pages: Route["page"][]; word: string; Picture: typeof UserRound }[];

/** On a phone, where one pane is all there is: the ways between the panes. A conversation has the screen to itself. */
export function TabBar({ route }: { route: Route }) {
  const t = useT();
  const unread = useStore((state) => Object.values(state.rooms).some((room) => isUnread(room, state.me?.id)));
  return (
    <nav
      aria-label={t("nav.label")}
      className="flex shrink-0 border-t border-line bg-surface-0 pb-[env(safe-area-inset-bottom)] tablet:hidden"
    >
      {tabs.map(({ href, pages, word, Picture }) => {
        const current = (pages as readonly string[]).includes(route.page);
        return (
          <Link
            key={href}
            href={href}
            aria-current={current ? "page" : undefined}
            className={`flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs -outline-offset-2 ${current ? "font-semibold text-accent" : "text-ink-2"}`}
          >
            <span className="relative">
              <Picture {...icon} size={22} />
              {href === paths.home && unread && (
                <span
                  role="img"
                  aria-label={t("rooms.unread")}
                  className="absolute -end-1 -top-0.5 size-2 rounded-full bg-accent ring-2 ring-surface-0"
                />
              )}
            </span>
            {t(word)}
          </Link>
        );
      })}
    </nav>
  );
}
