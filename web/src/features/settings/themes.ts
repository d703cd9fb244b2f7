import { useT } from "../../i18n";
import type { Theme } from "./theme";

/** The themes by what they are called. */
export function useThemes(): Record<Theme, string> {
  const t = useT();
  return {
    system: t("settings.system"),
    light: t("settings.light"),
    dark: t("settings.dark"),
    contrast: t("settings.contrast"),
  };
}
