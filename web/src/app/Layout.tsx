import { MessagesSquare } from "lucide-react";
import { useEffect } from "react";
import { Discover } from "../features/rooms/Discover";
import { InvitePage } from "../features/rooms/InvitePage";
import { byActivity, isUnread } from "../features/rooms/names";
import { Rail } from "../features/rooms/Rail";
import { RoomPage } from "../features/rooms/RoomPage";
import { useT } from "../i18n";
import { getState, useStore } from "../state/store";
import { Blank } from "../ui/Blank";
import { Button } from "../ui/Button";
import { icon } from "../ui/icons";
import { useWidth } from "./media";
import { navigate, paths, type Route, routeOf, usePath } from "./router";

function Pane({ route }: { route: Route }) {
  const t = useT();
  if (route.page === "room") return <RoomPage roomId={route.roomId} />;
  if (route.page === "discover") return <Discover />;
  if (route.page === "invite") return <InvitePage inviteCode={route.inviteCode} />;
  if (route.page === "home") {
    return (
      <main className="bg-surface-1">
        <Blank page picture={<MessagesSquare {...icon} size={32} />} title={t("rooms.pick")}>
          <Button onClick={() => navigate(paths.discover)}>{t("rooms.discover")}</Button>
        </Blank>
      </main>
    );
  }
  return (
    <main className="bg-surface-1">
      <Blank page title={t("app.notFound")}>
        <Button look="primary" onClick={() => navigate(paths.home, "replace")}>
          {t("app.back")}
        </Button>
      </Blank>
    </main>
  );
}

/** Alt and an arrow goes to the room above or below in the list. */
function useRoomKeys(route: Route): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (!step || !event.altKey) return;
      event.preventDefault();
      const rooms = byActivity(Object.values(getState().rooms));
      const here = rooms.findIndex((room) => route.page === "room" && room.id === route.roomId);
      const next = rooms.at((here + step) % rooms.length);
      if (next) navigate(paths.room(next.id));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [route]);
}

/** The tab's title names the room and how many rooms hold something unread. */
function useTitle(route: Route): void {
  const t = useT();
  const name = useStore((state) => (route.page === "room" ? state.rooms[route.roomId]?.name : undefined));
  const unread = useStore(
    (state) => Object.values(state.rooms).filter((room) => isUnread(room, state.me?.id)).length,
  );
  useEffect(() => {
    const place = name ? `${name} · ${t("app.name")}` : t("app.name");
    document.title = unread ? `(${unread}) ${place}` : place;
  }, [name, unread, t]);
}

/** Desktop: the rail and the page beside each other. Phone: one pane, the rail being the first. */
export function Layout() {
  const path = usePath();
  const route = routeOf(path);
  useRoomKeys(route);
  useTitle(route);
  const alone = !useWidth("tablet") && route.page === "home";
  if (alone) {
    return (
      <main className="flex h-dvh flex-col">
        <Rail route={route} alone className="flex flex-1" />
      </main>
    );
  }
  return (
    <div className="grid h-dvh grid-cols-1 grid-rows-[minmax(0,1fr)] tablet:grid-cols-[264px_minmax(0,1fr)]">
      <Rail route={route} className="hidden tablet:flex" />
      <Pane route={route} />
    </div>
  );
}
