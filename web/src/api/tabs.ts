/** What the tabs of one browser tell each other: who signed in, that they signed out, or a room that they are in now. */
export type TabNews = { signedIn: string } | { signedOut: true } | { joined: string };

const channel = new BroadcastChannel("chatroom.session");

export function tellTabs(news: TabNews): void {
  channel.postMessage(news);
}

export function whenTabsTell(listener: (news: TabNews) => void): void {
  channel.addEventListener("message", ({ data }: MessageEvent<TabNews>) => listener(data));
}
