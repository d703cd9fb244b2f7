import { ArrowLeft } from "lucide-react";
import { useT } from "../i18n";
import { navigate, paths } from "../lib/router";
import { IconButton } from "./IconButton";
import { icon } from "./icons";

interface BackLinkProps {
  to?: string;
  label?: string;
}

/** The way one level up: to the rooms, where a phone shows one pane, or to the page named. */
export function BackLink({ to = paths.home, label }: BackLinkProps) {
  const t = useT();
  return (
    <IconButton
      label={label ?? t("app.back")}
      icon={<ArrowLeft {...icon} className="points" />}
      className={to === paths.home ? "tablet:hidden" : ""}
      onClick={() => navigate(to)}
    />
  );
}
