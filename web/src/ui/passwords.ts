/** What the server takes (features/auth/rules.py): bcrypt reads no more than 72 bytes. */
const MIN_CHARACTERS = 8;
const MAX_BYTES = 72;

export type Strength = "short" | "long" | "weak" | "fair" | "strong";

/** The characters that carry something: a repeated one, or the next one of a row like 1234, adds nothing. */
function telling(password: string): number {
  const codes = [...password.normalize("NFC").toLowerCase()].map((char) => char.codePointAt(0) ?? 0);
  const fresh = codes.filter((code, index) => {
    const step = code - (codes[index - 1] ?? Number.NaN);
    return !(Math.abs(step) <= 1);
  });
  return Math.min(fresh.length, new Set(codes).size * 2);
}

/** A hint, not a verdict: length that is not repetition. The server alone decides, and knows the common ones. */
export function strengthOf(password: string): Strength {
  const text = password.normalize("NFC");
  if ([...text].length < MIN_CHARACTERS) return "short";
  if (new TextEncoder().encode(text).length > MAX_BYTES) return "long";
  const score = telling(text);
  return score >= 15 ? "strong" : score >= 10 ? "fair" : "weak";
}
