import { useState } from "react";
import { useT } from "../../i18n";
import { CallError } from "../../lib/refusal";
import { navigate, paths } from "../../lib/router";
import { useStore } from "../../state/store";
import { useQuery } from "../../sync/query";
import { Blank } from "../../ui/Blank";
import { Button } from "../../ui/Button";
import { Problem } from "../../ui/Problem";
import { KeepDialog } from "../auth/KeepDialog";
import { joinByInvite } from "./actions";

/** A guest registers first; the page then joins by itself. */
function MembersOnly() {
  const t = useT();
  const [asked, setAsked] = useState(false);
  return (
    <main className="bg-surface-1">
      <Blank page title={t("invite.membersOnly")} hint={t("invite.membersOnlyHint")}>
        <Button look="primary" onClick={() => setAsked(true)}>
          {t("auth.signUp")}
        </Button>
      </Blank>
      {asked && <KeepDialog onClose={() => setAsked(false)} />}
    </main>
  );
}

function Joining({ inviteCode }: { inviteCode: string }) {
  const t = useT();
  const { error, load } = useQuery(() => joinByInvite(inviteCode));
  if (error === null) {
    return (
      <main className="bg-surface-1">
        <Blank page title={t("rooms.joining")} />
      </main>
    );
  }
  const refused = error instanceof CallError && error.status >= 400 && error.status < 429;
  return (
    <main className="bg-surface-1">
      <Blank page alert title={t("invite.invalid")} hint={refused ? t("invite.invalidHint") : undefined}>
        {!refused && <Problem error={error} />}
        {!refused && <Button onClick={load}>{t("app.tryAgain")}</Button>}
        <Button look="primary" onClick={() => navigate(paths.discover, "replace")}>
          {t("rooms.discover")}
        </Button>
      </Blank>
    </main>
  );
}

/** Where an invite link leads: into the room, or to the reason why not. */
export function InvitePage({ inviteCode }: { inviteCode: string }) {
  const isGuest = useStore((state) => state.me?.kind === "guest");
  return isGuest ? <MembersOnly /> : <Joining key={inviteCode} inviteCode={inviteCode} />;
}
