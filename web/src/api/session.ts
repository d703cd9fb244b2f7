import { publish } from "../state/store";
import { CallError, call, setAccessToken, whenSignedOut } from "./call";
import type { SignedIn, User } from "./contract";

/** Says that somebody was signed in on this device, so that a reload need not wait to find that out. */
const hint = "chatroom.signedIn";
const inside = () => import("../app/inside");

async function enter(me: User): Promise<void> {
  const { loadOutbox, startLive } = await inside();
  localStorage.setItem(hint, "1");
  publish("signed_in", { me, outbox: loadOutbox(me.id) });
  startLive();
}

async function enterWith(answer: SignedIn): Promise<void> {
  setAccessToken(answer.accessToken);
  await enter(answer.user);
}

async function leave(): Promise<void> {
  localStorage.removeItem(hint);
  const { stopLive } = await inside();
  stopLive();
  setAccessToken(null);
  publish("signed_out", {});
}

/** Finds out whether a cookie still carries a session, so that a reload keeps a person signed in. */
export async function resumeSession(): Promise<void> {
  publish("phase_changed", { phase: "starting" });
  // Fetched while the server looks the session up, not after.
  if (localStorage.getItem(hint)) void inside();
  try {
    await enter(await call("auth.me", {}));
  } catch (error) {
    const gone = error instanceof CallError && error.status === 401;
    publish("phase_changed", { phase: gone ? "signed-out" : "unreachable" });
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  await enterWith(await call("auth.login", { email, password, cookies: true }));
}

export async function signUp(name: string, email: string, password: string): Promise<void> {
  await enterWith(await call("auth.register", { name, email, password, cookies: true }));
}

/** Ends this session here and on the server; unsent messages and drafts stay on this device. */
export async function signOut(): Promise<void> {
  await call("auth.logout", {}).catch(() => undefined);
  await leave();
}

whenSignedOut(() => void leave());
