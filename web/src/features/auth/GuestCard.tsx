import { useState } from "react";
import { useT } from "../../i18n";
import { Button } from "../../ui/Button";
import { KeepDialog } from "./KeepDialog";

/** What being a guest means, and the way to stay. */
export function GuestCard() {
  const t = useT();
  const [asked, setAsked] = useState(false);
  return (
    <section className="mx-3 mt-6 flex flex-col items-start gap-3 rounded-l bg-mention p-4">
      <div>
        <h2 className="text-sm font-semibold">{t("you.guestTitle")}</h2>
        <p className="text-sm text-ink-2">{t("you.guestHint")}</p>
      </div>
      <Button look="primary" onClick={() => setAsked(true)}>
        {t("you.keep")}
      </Button>
      {asked && <KeepDialog onClose={() => setAsked(false)} />}
    </section>
  );
}
