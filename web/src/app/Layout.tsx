import { MessagesSquare } from "lucide-react";
import { Tooltip } from "radix-ui";
import { useEffect } from "react";
import { leaveSteps } from "../features/auth/steps";
import { useHeartbeat } from "../features/presence/heartbeat";
import { Discover } from "../features/rooms/Discover";
import { InvitePage } from "../features/rooms/InvitePage";
import { byActivity, isUnread } from "../features/rooms/lists";
import { Rail } from "../features/rooms/Rail";
import { useT } from "../i18n";
import { useWidth } from "../lib/media";
import { isCovered } from "../lib/overlays";
import { navigate, paths, type Route, routeOf, usePath } from "../lib/router";
import { bounded } from "../lib/text";
import { getState, useStore } from "../state/store";
import { Blank } from "../ui/Blank";
import { Button } from "../ui/Button";
import { icon } from "../ui/icons";
import { type Chunk, chunk, Later } from "../ui/Later";
import { RoomPage } from "./RoomPage";
import { TabBar } from "./TabBar";

const pages: Partial<Record<Route["page"], Chunk<object>>> = {
  people: chunk(() => import("../features/presence/PeoplePage")),
  you: chunk(() => import("./YouPage")),
  devices: chunk(() => import("../features/auth/DevicesPage")),
};

function Pane({ route }: { route: Route }) {
  const t = useT();
  if (route.page === "room") return <RoomPage roomId={route.roomId} />;
  if (route.page === "discover") return <Discover />;
  if (route.page === "invite") return <InvitePage inviteCode={route.inviteCode} />;
  const Other = pages[route.page];
  if (Other) return <Later key={route.page} of={Other} props={{}} />;
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

/** Once the rooms are here, the code of the other pages comes too: then they open without the server. */
function usePagesAhead(): void {
  const online = useStore((state) => state.link === "online");
  useEffect(() => {
    if (online) for (const page of Object.values(pages)) void page.fetchAhead();
  }, [online]);
}

/** With Alt and an arrow a list of choices opens. */
function opensList(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("select, [list], [role=combobox], [role=menu]") !== null;
}

/** Alt and an arrow goes to the room above or below in the list. */
function useRoomKeys(route: Route): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (!step || !event.altKey || event.defaultPrevented || isCovered() || opensList(event.target)) return;
      event.preventDefault();
      const rooms = byActivity(Object.values(getState().rooms));
      const here = rooms.findIndex((room) => route.page === "room" && room.id === route.roomId);
      const next = here < 0 && step < 0 ? rooms.at(-1) : rooms.at((here + step) % rooms.length);
      if (next) navigate(paths.room(next.id));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [route]);
}

const titles: Partial<Record<Route["page"], string>> = {
  discover: "rooms.discover",
  people: "people.title",
  you: "you.title",
  devices: "devices.title",
};

/** The tab's title names the room or the page, and how many rooms hold something unread. */
function useTitle(route: Route): void {
  const t = useT();
  const name = useStore((state) => (route.page === "room" ? state.rooms[route.roomId]?.name : undefined));
  const page = titles[route.page];
  const unread = useStore(
    (state) => Object.values(state.rooms).filter((room) => isUnread(room, state.me?.id)).length,
  );
  const title = name === undefined ? page && t(page) : bounded(name);
  useEffect(() => {
    const place = title ? `${title} · ${t("app.name")}` : t("app.name");
    document.title = unread ? `(${unread}) ${place}` : place;
  }, [title, unread, t]);
  // Whose rooms these were, and what was unread in them, is nobody's business after signing out.
  useEffect(
    () => () => {
      document.title = t("app.name");
    },
    [t],
  );
}

/** Desktop: the rail and the page beside each other. Phone: one pane, the rail being the first, and tabs below. */
export function Layout() {
  const route = routeOf(usePath());
  const wide = useWidth("tablet");
  useRoomKeys(route);
  useTitle(route);
  useEffect(leaveSteps, []);
  useHeartbeat();
  usePagesAhead();
  return (
    <Tooltip.Provider delayDuration={400}>
      <div className="grid h-dvh grid-cols-1 grid-rows-[minmax(0,1fr)_auto] tablet:grid-cols-[264px_minmax(0,1fr)]">
        {wide && <Rail route={route} className="flex" />}
        {!wide && route.page === "home" ? (
          <main className="flex min-h-0 flex-col">
            <Rail route={route} alone className="flex flex-1" />
          </main>
        ) : (
          <Pane route={route} />
        )}
        {!wide && route.page !== "room" && <TabBar route={route} />}
      </div>
    </Tooltip.Provider>
  );
}
