import { call, type Ending, setAccessToken, watchSession } from "../api/call";
import type { User } from "../api/contract";
import { forgetCsrfToken, mayHaveSession } from "../api/csrf";
import type { Named } from "../api/names";
import { CallError } from "../lib/refusal";
import { currentStoring, forget, forgetPerson, keep, read } from "../lib/storage";
import type { Farewell, Pending } from "../state/model";
import { getState, publish } from "../state/store";
import { tellTabs, whenTabsTell } from "./tabs";

/** What kind of person was signed in on this device last, or "dropped" where the browser took no cookie of theirs; none
 * is there after signing out. */
const known = "chatroom.signedIn";

/** What runs for somebody who is signed in. */
interface Inside {
  startLive: () => void;
  stopLive: () => void;
  loadOutbox: (userId: string) => Pending[];
}

let inside: () => Promise<Inside> = () => Promise.reject(new Error("Nothing was provided."));

/** Sets where that comes from. The shell provides it with the pages behind the sign-in page, as one chunk: imported
 * here it would be part of a stranger's first page. */
export function provideInside(load: () => Promise<Inside>): void {
  inside = load;
}

let stopLive = () => {};
let firstPassword = "";
/** While signing in, whatever session there was before may end: a guest's does when the guest becomes a member. */
let entering = false;

/** The first password that somebody just signed in with, so that choosing an own one need not ask again; or "". */
export function knownFirstPassword(): string {
  return firstPassword;
}

/** Whether the browser took no cookie from the sign-in that was just answered: by plain http it drops those that are for
 * https alone, and the one that pages may read comes with every session. */
function hasDroppedCookies(): boolean {
  return !window.isSecureContext && currentStoring() !== "blocked" && !mayHaveSession();
}

async function enter(me: User, dropped = false): Promise<void> {
  const { loadOutbox, startLive, stopLive: stop } = await inside();
  stopLive = stop;
  keep(known, dropped ? "dropped" : me.kind);
  publish("signed_in", { me, outbox: loadOutbox(me.id) });
  startLive();
}

/** What signing in answers, in whichever way: a guest's token has a name of its own. */
interface Entrance {
  accessToken?: string;
  tempSessionToken?: string;
  mustChangePassword?: boolean;
}

async function enterWith(ask: () => Promise<Entrance>, password = ""): Promise<void> {
  entering = true;
  try {
    const answer = await ask();
    setAccessToken(answer.accessToken ?? answer.tempSessionToken ?? null);
    if (answer.mustChangePassword) {
      keep(known, hasDroppedCookies() ? "dropped" : "member");
      firstPassword = password;
      stopLive();
      publish("phase_changed", { phase: "must-choose" });
      return;
    }
    const me = await call("auth.me.show", {});
    await enter(me, hasDroppedCookies());
    tellTabs({ signedIn: me.id });
  } finally {
    entering = false;
  }
}

/** Whose time ran out may sign in again and finds what they were writing. Whoever signed out, here or from afar, leaves
 * nothing behind for the next one at this device, and nobody can come back as a guest who is gone. */
function leave(farewell: Farewell | null): void {
  const { me } = getState();
  forget(known);
  stopLive();
  setAccessToken(null);
  publish("signed_out", { farewell });
  const ranOut = farewell === "expired" || (farewell === "dropped" && me?.kind !== "guest");
  if (me && !ranOut) forgetPerson(me.id);
}

/** Finds out whether a cookie still carries a session, so that a reload keeps a person signed in. A stranger's browser
 * shows that there is none: then nothing is asked. */
export async function resumeSession(): Promise<void> {
  const signedIn = read(known) !== null;
  if (!signedIn && !mayHaveSession() && currentStoring() === "works") {
    publish("phase_changed", { phase: "signed-out" });
    return;
  }
  publish("phase_changed", { phase: "starting" });
  // Fetched while the server looks the session up, not after.
  if (signedIn) void inside().catch(() => undefined);
  try {
    await enter(await call("auth.me.show", {}));
  } catch (error) {
    // A session that is over, or a password to be chosen first, has led on already.
    if (getState().phase !== "starting") return;
    const gone = error instanceof CallError && error.status === 401;
    publish("phase_changed", { phase: gone ? "signed-out" : "unreachable" });
  }
}

export async function signIn(named: Named, password: string, stay: boolean): Promise<void> {
  const cookies = { cookies: true, staySignedIn: stay };
  await enterWith(() => call("auth.session.login", { ...named, password, ...cookies }), password);
}

export async function signUp(name: string, email: string, password: string): Promise<void> {
  await enterWith(() => call("auth.account.register", { name, email, password, cookies: true }));
}

/** Sends the first password by SMS; signing in with it comes next. */
export async function signUpByPhone(name: string, phoneNumber: string): Promise<void> {
  await call("auth.account.sign_up", { phoneNumber, firstName: name });
}

/** A visit of 24 hours, without any address. */
export async function continueAsGuest(): Promise<void> {
  await enterWith(() => call("auth.guest.create", { cookies: true }));
}

/** Replaces a first password; after that everything is open. */
export async function choosePassword(currentPassword: string, newPassword: string): Promise<void> {
  await call("auth.password.change", { currentPassword, newPassword });
  firstPassword = "";
  const me = await call("auth.me.show", {});
  await enter(me, hasDroppedCookies());
  tellTabs({ signedIn: me.id });
}

/** Ends this session here and on the server, and forgets what this person wrote on this device and did not send. */
export async function signOut(): Promise<void> {
  // Told and closed first: the server ends all of these connections, and that would be taken for another device's doing.
  tellTabs({ signedOut: true });
  stopLive();
  await call("auth.session.logout", {}).catch(() => undefined);
  forgetCsrfToken();
  leave(null);
}

function farewellAfter(why: Ending): Farewell {
  const last = read(known);
  if (last === "guest") return "guest";
  return last === "dropped" && why === "expired" ? "dropped" : why;
}

watchSession({
  isKnown: () => !entering && read(known) !== null,
  ended: (why) => leave(farewellAfter(why)),
  mustChoose: () => publish("phase_changed", { phase: "must-choose" }),
});

function onSignedInElsewhere(userId: string): void {
  const { phase, me } = getState();
  if (phase === "signed-out" || phase === "must-choose") void resumeSession();
  // Another person took this browser over; nothing of the one before may stay on the screen.
  else if (me && me.id !== userId) location.reload();
  // The guest on this screen became a member over there.
  else if (me) void call("auth.me.show", {}).then((now) => publish("me_changed", { me: now }));
}

whenTabsTell((news) => {
  if ("signedIn" in news) onSignedInElsewhere(news.signedIn);
  if ("signedOut" in news && getState().phase !== "signed-out") leave("tab");
});
