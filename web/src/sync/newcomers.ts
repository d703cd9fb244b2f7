import { getState } from "../state/store";
import { loadMembers } from "./loading";

/** Newcomers within this time are asked for together; whoever speaks before has told their name. */
const SETTLE_MS = 400;
/** And no room's clients all ask at once: they spread over so long for each of its people. */
const SPREAD_MS = 15;

const due = new Set<string>();

/** Asks what somebody is called of whom an entry told no more than the id. A room of more people than a page has is not
 * asked: there they go by their handle until they speak. */
export function nameNewcomers(roomId: string): void {
  const { rooms } = getState();
  if (due.has(roomId)) return;
  due.add(roomId);
  const spread = (rooms[roomId]?.memberCount ?? 0) * SPREAD_MS;
  setTimeout(
    () => {
      due.delete(roomId);
      const { members, moreMembers } = getState();
      const isNamed = members[roomId]?.every((member) => member.name !== "") ?? true;
      if (!isNamed && !moreMembers[roomId]) void loadMembers(roomId).catch(() => undefined);
    },
    SETTLE_MS + Math.random() * spread,
  );
}
