import type { Named } from "../../api/names";
import { digitsOf, formatPhone, localPrefix } from "../../ui/phones";

/** What one signs in with, as it is typed. */
export interface Identifier {
  way: "email" | "phone";
  email: string;
  phone: string;
}

/** Nothing typed yet, but the country code of where this browser is at home. */
export function blankIdentifier(way: Identifier["way"] = "email"): Identifier {
  return { way, email: "", phone: localPrefix(navigator.language) };
}

/** The same as the server takes it. */
export function namedBy({ way, email, phone }: Identifier): Named {
  return way === "email" ? { email: email.trim() } : { phoneNumber: `+${digitsOf(phone)}` };
}

/** For a sentence: the address, or the number in groups. */
export function shownAs({ way, email, phone }: Identifier): string {
  return way === "email" ? email.trim() : formatPhone(phone);
}
