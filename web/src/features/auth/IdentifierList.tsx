import { Mail, Smartphone } from "lucide-react";
import { useState } from "react";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { Button } from "../../ui/Button";
import { CardRow } from "../../ui/Card";
import { icon } from "../../ui/icons";
import { IdentifierDialog } from "./IdentifierDialog";

/** The addresses one can sign in with; the server shows them masked. */
export function IdentifierList() {
  const t = useT();
  const me = useStore((state) => state.me);
  const [asked, setAsked] = useState<"email" | "phone" | null>(null);
  const kinds = [
    { kind: "email", Picture: Mail, title: t("auth.email"), shown: me?.email },
    { kind: "phone", Picture: Smartphone, title: t("auth.phone"), shown: me?.phoneNumber },
  ] as const;
  return (
    <>
      {kinds.map(({ kind, Picture, title, shown }) => (
        <CardRow
          key={kind}
          picture={<Picture {...icon} size={22} />}
          title={title}
          note={shown ? <bdi dir="ltr">{shown.replace(/\*+/, "•••• ")}</bdi> : t("you.notGiven")}
        >
          <Button
            aria-label={t(shown ? "you.changeIt" : "you.addIt", { what: title })}
            onClick={() => setAsked(kind)}
          >
            {t(shown ? "you.change" : "you.add")}
          </Button>
        </CardRow>
      ))}
      {asked && <IdentifierDialog kind={asked} onClose={() => setAsked(null)} />}
    </>
  );
}
