import { Languages, SunMoon } from "lucide-react";
import { useDeed } from "../../app/deed";
import { chooseTheme, useTheme } from "../../app/theme";
import { chooseLanguage, languages, useLanguage, useT } from "../../i18n";
import { icon } from "../../ui/icons";
import { Problem } from "../../ui/Problem";
import { Select } from "../../ui/Select";
import { useThemes } from "./themes";

/** Language and theme, for who is not signed in yet, and in one's own settings. */
export function LookSelects({ compact, className = "" }: { compact?: boolean; className?: string }) {
  const t = useT();
  const deed = useDeed();
  return (
    <div className={`flex flex-wrap items-center ${className}`}>
      <Select
        label={t("settings.language")}
        icon={<Languages {...icon} />}
        value={useLanguage()}
        choices={languages}
        onChoose={(language) => void deed.run(() => chooseLanguage(language))}
      />
      <Select
        label={t("settings.theme")}
        icon={<SunMoon {...icon} />}
        value={useTheme()}
        choices={useThemes()}
        compact={compact}
        onChoose={chooseTheme}
      />
      <Problem error={deed.error} />
    </div>
  );
}
