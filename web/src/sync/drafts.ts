import { useCallback, useState } from "react";
import { forget, keep, prefixOf, read } from "../lib/storage";

function keyOf(userId: string, roomId: string): string {
  return prefixOf("draft", userId) + roomId;
}

/** What is being written in a room; it survives a reload, one draft per person and room. Signing out ends it. */
export function useDraft(userId: string, roomId: string): [string, (text: string) => void] {
  const key = keyOf(userId, roomId);
  const [text, setText] = useState(() => read(key) ?? "");
  const write = useCallback(
    (next: string) => {
      setText(next);
      if (next) keep(key, next);
      else forget(key);
    },
    [key],
  );
  return [text, write];
}

/** For a room that one has left. */
export function forgetDraft(userId: string, roomId: string): void {
  forget(keyOf(userId, roomId));
}
