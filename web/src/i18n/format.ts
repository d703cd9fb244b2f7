import i18next from "i18next";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = i18next.language + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(i18next.language, options);
  formats.set(key, known);
  return known;
}

/** Hours and minutes, as the language writes them. */
export function timeOf(iso: string): string {
  return format({ hour: "numeric", minute: "2-digit" }).format(new Date(iso));
}

/** The same without "AM" and "PM", for where there is no room and the day goes on above. */
export function shortTimeOf(iso: string): string {
  const parts = format({ hour: "numeric", minute: "2-digit" }).formatToParts(new Date(iso));
  const spoken = parts.filter(({ type }) => type !== "dayPeriod").map(({ value }) => value);
  return spoken.join("").trim();
}

export function dateAndTimeOf(iso: string): string {
  return format({ dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

/** Seconds as minutes and seconds, rounded up: 4:09. */
export function clockOf(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A key that is equal for two times on the same local day. */
export function dayKey(iso: string): string {
  return new Date(iso).toDateString();
}

/** "Today", "Yesterday", or the date, with its year only when that is not this one. */
export function dayName(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  if (date.toDateString() === now.toDateString()) return i18next.t("messages.today");
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === yesterday.toDateString()) return i18next.t("messages.yesterday");
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return format({ weekday: "long", day: "numeric", month: "long", year }).format(date);
}

/** The shortest useful form: the time today, the weekday within a week, else the day. */
export function shortWhen(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  const days = (now.getTime() - date.getTime()) / 86_400_000;
  if (date.toDateString() === now.toDateString()) return timeOf(iso);
  if (days < 6) return format({ weekday: "short" }).format(date);
  return format({ day: "numeric", month: "short" }).format(date);
}

/** Names joined as the language joins a list. */
export function listOf(names: string[]): string {
  return new Intl.ListFormat(i18next.language, { type: "conjunction" }).format(names);
}
