import {
  type ReactElement,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import type { Room } from "../../api/contract";
import { useT } from "../../i18n";
import { useToday } from "../../i18n/clock";
import { dayKey, dayName } from "../../i18n/format";
import { firstSeq } from "../../state/log";
import type { RoomLog } from "../../state/model";
import { useStore } from "../../state/store";
import { loadOlder } from "../../sync/loading";
import { JumpButton } from "./JumpButton";
import { MessageRow } from "./MessageRow";
import { useReadMark, useUnreadLine } from "./marks";
import { lineIndex, type Row, type Rows, rowAt } from "./rows";
import { Day, EntryLine, Intro, UnreadLine } from "./Separators";
import { StatusLine } from "./StatusLine";
import { useReaders, useRows } from "./selectors";

/** Nearer to the end than this counts as being there; nearer to the start loads the page before. */
const NEAR_END_PX = 48;
const NEAR_START_PX = 800;
/** Room for the fade below the last row; as high as the padding there. */
const END_SPACE_PX = 16;
/** With more unread rows than this, a room opens at the unread line instead of at the end. */
const LONG_UNREAD = 12;

interface Place {
  atEnd: boolean;
  /** A time of the day that the first row in view is of; null where its own line says it. */
  day: string | null;
}

function sameDay(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && dayKey(a) === dayKey(b));
}

/** The row to open a room at: its unread line if that is far up, else none, which is the end. */
function openingRow(rows: Rows): number | null {
  const line = lineIndex(rows);
  return line >= 0 && rows.length - line > LONG_UNREAD ? line : null;
}

function renderRow(row: Row, room: Room, readers: { key: string; names: string[] } | null): ReactElement {
  if (row.type === "message") {
    const names = readers?.key === row.key ? readers.names : undefined;
    return <MessageRow key={row.key} message={row.message} first={row.first} readers={names} />;
  }
  if (row.type === "day") return <Day key={row.key} iso={row.iso} />;
  if (row.type === "line") return <UnreadLine key={row.key} />;
  if (row.type === "entry") return <EntryLine key={row.key} entry={row.entry} />;
  return <Intro key={row.key} room={room} empty={row.empty} />;
}

/** Draws the row at an index. Only those near the view are asked for: of a long conversation no more is made than is
 * seen of it. */
function useDrawing(rows: Rows, room: Room): (_: unknown, index: number) => ReactElement {
  const readers = useReaders(room.id, rows);
  return useCallback(
    (_, index) => {
      const row = rowAt(rows, index);
      // The list may ask for a row that went a moment ago.
      return row ? renderRow(row, room, readers) : <div />;
    },
    [rows, room, readers],
  );
}

interface MessageListProps {
  room: Room;
  log: RoomLog;
  /** What the line below the messages says. */
  status: ReactNode;
}

/** The conversation. Only what is near the view is in the page; what comes before is loaded without a jump. */
export function MessageList({ room, log, status }: MessageListProps) {
  const t = useT();
  useToday();
  const rows = useRows(room.id, log, useUnreadLine(room));
  const list = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const shownFrom = useRef(firstSeq(log));
  const content = useRef<HTMLDivElement>(null);
  const [opening] = useState(() => openingRow(rows));
  const stick = useRef(opening === null);
  const [place, setPlace] = useState<Place>({ atEnd: opening === null, day: null });
  const lastOwn = useStore((state) => state.outbox.findLast((item) => item.roomId === room.id)?.clientMsgId);
  const prepended = firstSeq(log) < shownFrom.current;
  useReadMark(room.id, place.atEnd);

  const toEnd = useCallback(() => {
    stick.current = true;
    list.current?.scrollToIndex(rows.length - 1, { align: "end", offset: END_SPACE_PX });
  }, [rows.length]);

  const look = useCallback(() => {
    const handle = list.current;
    if (!handle) return;
    const atEnd = handle.scrollSize - handle.scrollOffset - handle.viewportSize < NEAR_END_PX;
    const top = rowAt(rows, handle.findItemIndex(handle.scrollOffset));
    const iso = top?.type === "message" ? top.message.createdAt : null;
    const day = atEnd ? null : iso;
    stick.current = atEnd;
    setPlace((now) => (now.atEnd === atEnd && sameDay(now.day, day) ? now : { atEnd, day }));
    if (handle.scrollOffset < NEAR_START_PX) void loadOlder(room.id);
  }, [rows, room.id]);

  useLayoutEffect(() => {
    if (opening !== null) list.current?.scrollToIndex(opening, { align: "start", offset: -64 });
  }, [opening]);

  // Own words are always shown, wherever one was.
  useLayoutEffect(() => {
    if (lastOwn) stick.current = true;
  }, [lastOwn]);

  useLayoutEffect(() => {
    shownFrom.current = firstSeq(log);
    if (stick.current) toEnd();
  }, [log, toEnd]);

  // The composer grows, the keyboard of a phone opens, rows turn out taller than guessed: the end stays in view.
  useEffect(() => {
    const observer = new ResizeObserver(() => (stick.current ? toEnd() : look()));
    for (const element of [scroller.current, content.current]) if (element) observer.observe(element);
    return () => observer.disconnect();
  }, [toEnd, look]);

  // A window higher than a page of messages: as many pages as it takes, until there is something to scroll.
  useEffect(() => {
    const { current: element } = scroller;
    const isFull = element && element.scrollHeight > element.clientHeight + NEAR_START_PX;
    if (!isFull && log.older === "idle") void loadOlder(room.id);
  }, [room.id, log]);

  const draw = useDrawing(rows, room);
  return (
    <>
      <div aria-hidden className="flex h-7 shrink-0 items-end justify-center">
        {place.day && (
          <span className="rounded-full bg-surface-2 px-3 py-0.5 text-xs font-semibold text-ink-2">
            {dayName(place.day)}
          </span>
        )}
      </div>
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={t("messages.log", { name: room.name })}
        aria-busy={log.older === "loading"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col overflow-x-hidden overflow-y-auto overscroll-contain fades px-2 [overflow-anchor:none] -outline-offset-2 tablet:px-4"
      >
        <div className="flex-1" />
        <div ref={content} className="mx-auto w-full max-w-190 pb-4">
          {log.older === "failed" && (
            <button
              type="button"
              className="mx-auto block py-2 text-xs font-semibold text-danger"
              onClick={() => void loadOlder(room.id)}
            >
              {t("messages.olderFailed")} {t("app.tryAgain")}
            </button>
          )}
          <Virtualizer
            ref={list}
            scrollRef={scroller}
            shift={prepended}
            bufferSize={400}
            data={rows}
            onScroll={look}
          >
            {draw}
          </Virtualizer>
        </div>
      </div>
      <StatusLine status={status}>
        <JumpButton log={log} atEnd={place.atEnd} onJump={toEnd} />
      </StatusLine>
    </>
  );
}
