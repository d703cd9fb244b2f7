import type { Named } from "../../api/names";
import { digitsOf, formatPhone, localPrefix } from "../../ui/phones";

/** What one signs in with, as it is typed. */
export interface Identifier {
  kind: "email" | "phone";
  email: string;
  phone: string;
}

/** Nothing typed yet, but the country code of where this browser is at home. */
export function blankIdentifier(kind: Identifier["kind"] = "email"): Identifier {
  return { kind, email: "", phone: localPrefix(navigator.language) };
}

/** The same as the server takes it. */
export function namedBy({ kind, email, phone }: Identifier): Named {
  return kind === "email" ? { email: email.trim() } : { phoneNumber: `+${digitsOf(phone)}` };
}

/** For a sentence: the address, or the number in groups. */
export function shownAs({ kind, email, phone }: Identifier): string {
  return kind === "email" ? email.trim() : formatPhone(phone);
}
