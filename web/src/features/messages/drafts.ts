import { useCallback, useState } from "react";

/** What is being written in a room; it survives reload and signing out, one draft per person and room. */
export function useDraft(userId: string, roomId: string): [string, (text: string) => void] {
  const key = `chatroom.draft.${userId}.${roomId}`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? "");
  const write = useCallback(
    (next: string) => {
      setText(next);
      if (next) localStorage.setItem(key, next);
      else localStorage.removeItem(key);
    },
    [key],
  );
  return [text, write];
}
