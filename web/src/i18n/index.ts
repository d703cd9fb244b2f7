import i18next, { type TFunction } from "i18next";
import { useSyncExternalStore } from "react";
import { fetchCode } from "../lib/modules";
import { keep, read } from "../lib/storage";
import { isolated } from "../lib/text";
import en from "./en.json";

/** The languages of the product, each by its own name. */
export const languages = {
  en: "English",
  es: "Español",
  fr: "Français",
  de: "Deutsch",
  pt: "Português",
  ar: "العربية",
  hi: "हिन्दी",
  zh: "中文",
} as const;
export type Language = keyof typeof languages;

const storageKey = "chatroom.language";

/** Everything but English is its own file, loaded when it is wanted. */
const loaders: Record<Exclude<Language, "en">, () => Promise<{ default: object }>> = {
  es: () => import("./es.json"),
  fr: () => import("./fr.json"),
  de: () => import("./de.json"),
  pt: () => import("./pt.json"),
  ar: () => import("./ar.json"),
  hi: () => import("./hi.json"),
  zh: () => import("./zh.json"),
};

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag);
}

function preferred(): Language {
  const wanted = [read(storageKey), ...navigator.languages.map((tag) => tag.split("-")[0])];
  return wanted.find((tag): tag is Language => !!tag && isLanguage(tag)) ?? "en";
}

async function load(language: Language): Promise<void> {
  if (language !== "en" && !i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", (await fetchCode(loaders[language])).default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = i18next.dir();
}

/** Must be awaited before the first render. */
export async function startI18n(): Promise<void> {
  await i18next.init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    // React escapes what it draws. What stands in a sentence of ours is somebody's name more often than not.
    interpolation: { escape: isolated },
  });
  // A language that cannot be fetched is no reason for an empty page.
  await load(preferred()).catch(() => undefined);
}

/** Raises when the language cannot be fetched; the one before stays. */
export async function chooseLanguage(language: Language): Promise<void> {
  await load(language);
  keep(storageKey, language);
}

function subscribe(listener: () => void): () => void {
  i18next.on("languageChanged", listener);
  return () => i18next.off("languageChanged", listener);
}

/** The current language; the component renders again when it changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, () => i18next.language as Language);
}

/** The translate function of the current language. */
export function useT(): TFunction {
  useLanguage();
  return i18next.t;
}
