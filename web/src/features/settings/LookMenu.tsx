import { SunMoon } from "lucide-react";
import { useT } from "../../i18n";
import { IconButton } from "../../ui/IconButton";
import { icon } from "../../ui/icons";
import { Menu } from "../../ui/Menu";
import { LookChoices } from "./LookChoices";

/** Theme and language, for who is not signed in yet. */
export function LookMenu() {
  const t = useT();
  return (
    <Menu trigger={<IconButton label={t("settings.theme")} icon={<SunMoon {...icon} />} />}>
      <LookChoices />
    </Menu>
  );
}
