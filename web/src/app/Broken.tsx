import { Component, type ReactNode } from "react";
import { useT } from "../i18n";
import { Blank } from "../ui/Blank";
import { Button } from "../ui/Button";

function Sorry() {
  const t = useT();
  return (
    <Blank page alert title={t("app.broken")} hint={t("app.brokenHint")}>
      <Button look="primary" onClick={() => location.reload()}>
        {t("app.reload")}
      </Button>
    </Blank>
  );
}

/** Catches what no component expected; drafts and unsent messages are in storage and survive it. */
export class Broken extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Sorry /> : this.props.children;
  }
}
