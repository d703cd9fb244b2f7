import { Compass, Plus, Search, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useT } from "../../i18n";
import { Link } from "../../lib/Link";
import { isCovered } from "../../lib/overlays";
import { navigate, paths, type Route } from "../../lib/router";
import { directionOf } from "../../lib/text";
import { getState, useStore } from "../../state/store";
import { IconButton } from "../../ui/IconButton";
import { icon } from "../../ui/icons";
import { Wordmark } from "../../ui/Wordmark";
import { YouBar } from "../settings/YouBar";
import { CreateRoom } from "./CreateRoom";
import { matching } from "./lists";
import { RoomList } from "./RoomList";

/** Ctrl+K, or the Mac's Command+K, goes to the search from anywhere. */
function useSearchKey(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || isCovered()) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [field]);
}

interface RailProps {
  route: Route;
  /** True where it is the whole page. */
  alone?: boolean;
  className: string;
}

/** The pane one chooses rooms in; on a phone it is the first page. */
export function Rail({ route, alone, className }: RailProps) {
  const t = useT();
  const [search, setSearch] = useState("");
  const [creating, setCreating] = useState(false);
  const isGuest = useStore((state) => state.me?.kind === "guest");
  const Heading = alone ? "h1" : "h2";
  const discovering = route.page === "discover";
  const field = useRef<HTMLInputElement>(null);
  useSearchKey(field);

  const onKeyDown = ({ key }: KeyboardEvent) => {
    const [first] = key === "Enter" && search ? matching(Object.values(getState().rooms), search) : [];
    if (first) navigate(paths.room(first.id));
    if (first || key === "Escape") {
      setSearch("");
      field.current?.blur();
    }
  };
  return (
    <nav aria-label={t("rooms.mine")} className={`min-h-0 flex-col bg-surface-0 ${className}`}>
      <header className="flex h-14 shrink-0 items-center justify-between ps-4 pe-2">
        <Link href={paths.home} className="rounded-s">
          <Wordmark />
        </Link>
        {!isGuest && (
          <IconButton label={t("rooms.create")} icon={<Plus {...icon} />} onClick={() => setCreating(true)} />
        )}
      </header>
      <div className="flex flex-col gap-2 px-2 pb-2">
        <div className="relative flex items-center">
          <Search {...icon} size={16} className="pointer-events-none absolute start-3 text-ink-3" />
          <input
            ref={field}
            type="search"
            dir={directionOf(search)}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={onKeyDown}
            aria-keyshortcuts="Control+K"
            title="Ctrl+K"
            aria-label={t("rooms.search")}
            placeholder={t("rooms.search")}
            className={`h-10 w-full rounded-m border border-edge bg-surface-1 ps-9 text-sm text-ink-1 placeholder:text-ink-3 tablet:h-9 ${search ? "pe-10" : "pe-3"}`}
          />
          {search && (
            <button
              type="button"
              aria-label={t("rooms.clearSearch")}
              title={t("rooms.clearSearch")}
              onClick={() => {
                setSearch("");
                field.current?.focus();
              }}
              className="absolute end-1 inline-flex size-8 items-center justify-center rounded-s text-ink-2 hover:bg-surface-2 hover:text-ink-1"
            >
              <X {...icon} size={16} />
            </button>
          )}
        </div>
        <Link
          href={paths.discover}
          aria-current={discovering ? "page" : undefined}
          className={`flex h-11 items-center gap-3 rounded-m px-2 text-sm transition-colors duration-120 tablet:h-10 ${discovering ? "bg-surface-3" : "hover:bg-surface-2"}`}
        >
          <span className="flex w-9 justify-center text-ink-2">
            <Compass {...icon} />
          </span>
          {t("rooms.discover")}
        </Link>
      </div>
      <Heading className="px-4 pt-2 pb-1 text-xs font-semibold text-ink-3">{t("rooms.mine")}</Heading>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        <RoomList search={search} currentId={route.page === "room" ? route.roomId : undefined} />
      </div>
      {!alone && <YouBar current={route.page === "you" || route.page === "devices"} />}
      {creating && <CreateRoom onClose={() => setCreating(false)} />}
    </nav>
  );
}
