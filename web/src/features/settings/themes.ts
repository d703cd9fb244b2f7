import type { Theme } from "../../app/theme";
import { useT } from "../../i18n";

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
