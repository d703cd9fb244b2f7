import { chooseTheme, type Theme, useTheme } from "../../app/theme";
import { chooseLanguage, languages, useLanguage, useT } from "../../i18n";
import { MenuChoice, MenuLine } from "../../ui/Menu";

export function LookChoices() {
  const t = useT();
  const themes: Record<Theme, string> = {
    system: t("settings.system"),
    light: t("settings.light"),
    dark: t("settings.dark"),
    contrast: t("settings.contrast"),
  };
  return (
    <>
      <MenuChoice label={t("settings.theme")} value={useTheme()} choices={themes} onChoose={chooseTheme} />
      <MenuLine />
      <MenuChoice
        label={t("settings.language")}
        value={useLanguage()}
        choices={languages}
        onChoose={(language) => void chooseLanguage(language)}
      />
    </>
  );
}
