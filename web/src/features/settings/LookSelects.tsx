import { Languages, SunMoon } from "lucide-react";
import { chooseLanguage, languages, useLanguage, useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { icon } from "../../ui/icons";
import { Problem } from "../../ui/Problem";
import { Select } from "../../ui/Select";
import { chooseTheme, useTheme } from "./theme";
import { useThemes } from "./themes";

/** Language and theme, for who is not signed in yet, and in one's own settings. */
export function LookSelects({ compact, className = "" }: { compact?: boolean; className?: string }) {
  const t = useT();
  const action = useAction();
  return (
    <div className={`flex flex-wrap items-center ${className}`}>
      <Select
        label={t("settings.language")}
        icon={<Languages {...icon} />}
        value={useLanguage()}
        choices={languages}
        onChoose={(language) => void action.run(() => chooseLanguage(language))}
      />
      <Select
        label={t("settings.theme")}
        icon={<SunMoon {...icon} />}
        value={useTheme()}
        choices={useThemes()}
        compact={compact}
        onChoose={chooseTheme}
      />
      <Problem error={action.error} />
    </div>
  );
}
