/** What the tabs of one browser tell each other: who signed in, that they signed out, or a room that they are in now. */
export type TabNews = { signedIn: string } | { signedOut: true } | { joined: string };

/** None where the browser keeps the tabs of this site apart, as some do when its storage is blocked. */
function opened(): BroadcastChannel | null {
  try {
    return new BroadcastChannel("chatroom.session");
  } catch {
    return null;
  }
}

const channel = opened();

export function tellTabs(news: TabNews): void {
  channel?.postMessage(news);
}

export function whenTabsTell(listener: (news: TabNews) => void): void {
  channel?.addEventListener("message", ({ data }: MessageEvent<TabNews>) => listener(data));
}
