import type { RoomEntry } from "../../api/contract";
import type { Message } from "../../api/names";
import { dayKey } from "../../i18n/format";
import { isMessage, type Pending, type RoomLog } from "../../state/model";

/** What a message row shows, whether the server has it or not yet. */
export interface Shown {
  key: string;
  userId: string;
  name: string;
  content: string;
  createdAt: string;
  seq?: number;
  pending?: Pending;
}

export type Row =
  | { type: "intro"; key: string; empty: boolean }
  | { type: "day"; key: string; iso: string }
  | { type: "line"; key: string }
  | { type: "entry"; key: string; entry: RoomEntry }
  | { type: "message"; key: string; message: Shown; first: boolean };

/** Messages of one person within this time stand under one name. */
const GROUP_MS = 5 * 60_000;

interface Author {
  id: string;
  name: string;
}

/** A sender chooses the id, and two may choose the same. The key outlives the answer of the server, so that a sent
 * message is not drawn anew. */
function keyOf(userId: string, id: string): string {
  return `message ${userId} ${id}`;
}

function shownMessage(message: Message): Shown {
  const { id, clientMsgId, userId, name, username, content, createdAt, seq } = message;
  return { key: keyOf(userId, clientMsgId ?? id), userId, name: name || username, content, createdAt, seq };
}

function shownPending(pending: Pending, me: Author): Shown {
  const { clientMsgId, content, createdAt } = pending;
  return { key: keyOf(me.id, clientMsgId), userId: me.id, name: me.name, content, createdAt, pending };
}

function continues(previous: Row | undefined, message: Shown): boolean {
  if (previous?.type !== "message" || previous.message.userId !== message.userId) return false;
  return Date.parse(message.createdAt) - Date.parse(previous.message.createdAt) < GROUP_MS;
}

/** The rows of a conversation: days, the unread line, groups, and at the end what is not confirmed yet. */
export function buildRows(log: RoomLog, pending: Pending[], lineSeq: number | undefined, me: Author): Row[] {
  const empty = !log.items.some(isMessage) && pending.length === 0;
  const rows: Row[] = log.olderCursor ? [] : [{ type: "intro", key: "intro", empty }];
  const days = new Set<string>();
  let day = "";
  let lineDue = lineSeq !== undefined;

  const openDay = (iso: string) => {
    if (dayKey(iso) === day) return;
    day = dayKey(iso);
    // The clock of this device may be behind: then a day comes twice.
    const again = days.has(day) ? ` ${rows.length}` : "";
    days.add(day);
    rows.push({ type: "day", key: `day ${day}${again}`, iso });
  };
  const add = (message: Shown) => {
    openDay(message.createdAt);
    if (lineDue && message.userId !== me.id && (message.seq ?? 0) > (lineSeq ?? 0)) {
      rows.push({ type: "line", key: "line" });
      lineDue = false;
    }
    rows.push({ type: "message", key: message.key, message, first: !continues(rows.at(-1), message) });
  };

  for (const item of log.items) {
    if (isMessage(item)) add(shownMessage(item));
    else {
      openDay(item.at);
      rows.push({ type: "entry", key: `entry ${item.seq}`, entry: item });
    }
  }
  for (const item of pending) add(shownPending(item, me));
  return rows;
}
