import { loadOutbox } from "../features/messages/outbox";
import { publish } from "../state/store";
import { CallError, call, setAccessToken, whenSignedOut } from "./call";
import type { SignedIn, User } from "./contract";
import { startLive, stopLive } from "./live";

function enter(me: User): void {
  publish("signed_in", { me, outbox: loadOutbox(me.id) });
  startLive();
}

function enterWith(answer: SignedIn): void {
  setAccessToken(answer.accessToken);
  enter(answer.user);
}

function leave(): void {
  stopLive();
  setAccessToken(null);
  publish("signed_out", {});
}

/** Finds out whether a cookie still carries a session, so that a reload keeps a person signed in. */
export async function resumeSession(): Promise<void> {
  publish("phase_changed", { phase: "starting" });
  try {
    enter(await call("users.me", {}));
  } catch (error) {
    const gone = error instanceof CallError && error.status === 401;
    publish("phase_changed", { phase: gone ? "signed-out" : "unreachable" });
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  enterWith(await call("auth.login", { email, password, cookies: true }));
}

export async function signUp(name: string, email: string, password: string): Promise<void> {
  enterWith(await call("auth.register", { name, email, password, cookies: true }));
}

/** Ends this session here and on the server; unsent messages and drafts stay on this device. */
export async function signOut(): Promise<void> {
  await call("auth.logout", {}).catch(() => undefined);
  leave();
}

whenSignedOut(leave);
