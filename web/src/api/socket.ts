import { io, type Socket } from "socket.io-client";
import { call, getAccessToken } from "./call";
import type { ClientToServerEvents, Refusal, ServerToClientEvents } from "./contract";

export type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>;
export type Answer<T> = { ok: true; data: T } | { ok: false; error: Refusal };

type EventWithAck = {
  [Event in keyof ClientToServerEvents]: Parameters<ClientToServerEvents[Event]> extends [unknown, unknown]
    ? Event
    : never;
}[keyof ClientToServerEvents];
type Payload<Event extends EventWithAck> = Parameters<ClientToServerEvents[Event]>[0];
type Data<Event extends EventWithAck> = Extract<
  Parameters<Parameters<ClientToServerEvents[Event]>[1]>[0],
  { ok: true }
>["data"];

/** How long an answer may take before it counts as lost; the same message is then sent again. */
const ACK_TIMEOUT_MS = 10_000;

/** The token to connect with; undefined while a cookie carries the session.
 *
 * A cookie that has run out is not sent, so a call comes first, which renews what can be renewed. Where that fails the
 * server refuses the socket, for it comes as a member and not as a guest, which leads to another try.
 */
function proof(): Promise<string | undefined> {
  const token = getAccessToken();
  if (token) return Promise.resolve(token);
  return call("auth.me.show", {}).then(
    () => getAccessToken() ?? undefined,
    () => undefined,
  );
}

/** A socket of the native dialect, not connected yet. Gaps are filled by `resume`, not by state recovery. */
export function openSocket(): ChatSocket {
  // Whoever opens one has just asked who they are.
  let proven = true;
  const token = () => {
    const answer = proven ? Promise.resolve(getAccessToken() ?? undefined) : proof();
    proven = false;
    return answer;
  };
  return io({
    autoConnect: false,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 8_000,
    auth: (give) =>
      void token().then((known) => give({ dialect: "native", as: "member", csr: false, token: known })),
  });
}

/** Sends an event and waits for its answer; null when none came in time or the connection was lost. */
export async function ask<Event extends EventWithAck>(
  socket: ChatSocket,
  event: Event,
  payload: Payload<Event>,
  patienceMs = ACK_TIMEOUT_MS,
): Promise<Answer<Data<Event>> | null> {
  return new Promise((resolve) => {
    if (!socket.connected) {
      resolve(null);
      return;
    }
    // The library's overloads cannot follow a generic event name; the types above already have.
    const emitter = socket.timeout(patienceMs) as unknown as {
      emit: (
        event: string,
        payload: unknown,
        ack: (error: Error | null, answer: Answer<Data<Event>>) => void,
      ) => void;
    };
    emitter.emit(event, payload, (error, answer) => resolve(error ? null : answer));
  });
}
