import { call } from "./call";
import type { Named } from "./names";

/** Has a code sent. The answer is the same for an account that does not exist. */
export async function askForReset(named: Named): Promise<void> {
  await call("auth.password.forget", named);
}

export async function resetPassword(named: Named, code: string, newPassword: string): Promise<void> {
  await call("auth.password.reset", { ...named, code, newPassword });
}

/** Ends every other session of this person. */
export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  await call("auth.password.change", { currentPassword, newPassword });
}
