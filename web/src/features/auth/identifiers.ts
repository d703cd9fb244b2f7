import type { Named } from "../../api/names";
import { digitsOf, formatPhone } from "../../ui/phones";

/** What one signs in with, as it is typed. */
export interface Identifier {
  way: "email" | "phone";
  email: string;
  phone: string;
}

/** The same as the server takes it. */
export function namedBy({ way, email, phone }: Identifier): Named {
  return way === "email" ? { email: email.trim() } : { phoneNumber: `+${digitsOf(phone)}` };
}

/** For a sentence: the address, or the number in groups. */
export function shownAs({ way, email, phone }: Identifier): string {
  return way === "email" ? email.trim() : formatPhone(phone);
}
