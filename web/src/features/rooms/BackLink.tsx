import { ArrowLeft } from "lucide-react";
import { navigate, paths } from "../../app/router";
import { useT } from "../../i18n";
import { IconButton } from "../../ui/IconButton";
import { icon } from "../../ui/icons";

/** On a phone, where one pane is all there is: the way back to the rooms. */
export function BackLink() {
  const t = useT();
  return (
    <IconButton
      label={t("app.back")}
      icon={<ArrowLeft {...icon} className="points" />}
      className="tablet:hidden"
      onClick={() => navigate(paths.home)}
    />
  );
}
