import { ChevronRight, KeyRound, LogOut, MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { GuestCard } from "../features/auth/GuestCard";
import { IdentifierList } from "../features/auth/IdentifierList";
import { PasswordDialog } from "../features/auth/PasswordDialog";
import { SignOutDialog } from "../features/auth/SignOutDialog";
import { LookSelects } from "../features/settings/LookSelects";
import { NameForm } from "../features/users/NameForm";
import { useT } from "../i18n";
import { Link } from "../lib/Link";
import { paths } from "../lib/router";
import { useStore } from "../state/store";
import { signOut } from "../sync/session";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Card, CardRow } from "../ui/Card";
import { Foreign } from "../ui/Foreign";
import { icon } from "../ui/icons";
import { Page } from "../ui/Page";

/** Identifiers and password: what only members have. */
function Account() {
  const t = useT();
  const [changing, setChanging] = useState(false);
  const [changed, setChanged] = useState(false);
  const done = () => {
    setChanging(false);
    setChanged(true);
  };
  return (
    <Card title={t("you.account")}>
      <IdentifierList />
      <CardRow
        picture={<KeyRound {...icon} size={22} />}
        title={t("auth.password")}
        note={changed && <span role="status">{t("you.passwordChanged")}</span>}
      >
        <Button onClick={() => setChanging(true)}>{t("you.change")}</Button>
      </CardRow>
      {changing && <PasswordDialog onClose={() => setChanging(false)} onChanged={done} />}
    </Card>
  );
}

function DevicesLink() {
  const t = useT();
  return (
    <Card title={t("devices.title")}>
      <Link href={paths.devices} className="-mx-4 block rounded-l px-4 hover:bg-surface-2/60">
        <CardRow picture={<MonitorSmartphone {...icon} size={22} />} title={t("devices.hint")}>
          <ChevronRight {...icon} className="points text-ink-3" />
        </CardRow>
      </Link>
    </Card>
  );
}

function SignOut() {
  const t = useT();
  const unsent = useStore((state) => state.outbox.length);
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button
        icon={<LogOut {...icon} className="points" />}
        onClick={() => (unsent ? setAsked(true) : void signOut())}
      >
        {t("auth.signOut")}
      </Button>
      {asked && <SignOutDialog unsent={unsent} onClose={() => setAsked(false)} />}
    </>
  );
}

/** Who one is here, and everything one may change about it. */
export default function YouPage() {
  const t = useT();
  const me = useStore((state) => state.me);
  if (!me) return null;
  const isGuest = me.kind === "guest";
  return (
    <Page title={t("you.title")}>
      <div className="flex items-center gap-4 px-3 pt-5">
        <Avatar id={me.id} name={me.name} size="l" />
        <div className="flex min-w-0 flex-1 flex-col">
          <Foreign text={me.name} className="text-md font-semibold" />
          <p className="truncate text-sm text-ink-2">
            {isGuest ? t("you.guest") : <bdi dir="ltr">@{me.username}</bdi>}
          </p>
        </div>
      </div>
      {isGuest ? <GuestCard /> : <NameForm me={me} />}
      {!isGuest && <Account />}
      {!isGuest && <DevicesLink />}
      <Card title={t("settings.look")}>
        <LookSelects className="-mx-3 py-1" />
      </Card>
      <div className="mt-8 px-3">
        <SignOut />
      </div>
    </Page>
  );
}
