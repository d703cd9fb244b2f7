import type { Room, RoomEntry } from "../../api/contract";
import { useT } from "../../i18n";
import { useToday } from "../../i18n/clock";
import { dayName } from "../../i18n/format";
import { topicOf } from "../../state/model";
import { useStore } from "../../state/store";
import { Avatar } from "../../ui/Avatar";
import { nameOf } from "../users/names";

export function Intro({ room, empty }: { room: Room; empty: boolean }) {
  const t = useT();
  return (
    <div className="flex flex-col items-start gap-2 px-2 pt-10 pb-3">
      <Avatar id={room.id} name={room.name} size="l" shape="square" />
      <p className="mt-2 max-w-full overflow-clip text-lg font-semibold tracking-tight wrap-anywhere">
        {t("messages.beginning", { name: room.name })}
      </p>
      {empty && <p className="text-sm text-ink-2">{t("messages.first")}</p>}
    </div>
  );
}

export function Day({ iso }: { iso: string }) {
  useT();
  useToday();
  return (
    <div className="flex justify-center pt-5 pb-1">
      <span className="rounded-full bg-surface-2 px-3 py-0.5 text-xs font-semibold text-ink-2">
        {dayName(iso)}
      </span>
    </div>
  );
}

export function UnreadLine() {
  const t = useT();
  return (
    <div className="mt-3 flex items-center gap-2 px-2 text-xs font-semibold text-accent">
      <span className="h-px flex-1 bg-accent" />
      {t("messages.new")}
    </div>
  );
}

/** The key of the sentence about an entry. */
function keyOf(entry: RoomEntry): string {
  const topic = topicOf(entry);
  if (topic === undefined) return `messages.${entry.kind}`;
  return topic === null ? "messages.topicRemoved" : "messages.topicChanged";
}

/** A line about the room itself: who came, who went, what it is about now. */
export function EntryLine({ entry }: { entry: RoomEntry }) {
  const t = useT();
  const known = useStore((state) => nameOf(state, entry.subjectId ?? entry.actorId));
  const name = known ?? t("messages.someone");
  return (
    <p className="overflow-clip px-2 py-2 text-center text-xs text-ink-3">
      {t(keyOf(entry), { name, topic: topicOf(entry) })}
    </p>
  );
}
