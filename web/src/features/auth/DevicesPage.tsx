import { Monitor, Smartphone } from "lucide-react";
import { call } from "../../api/call";
import type { Device } from "../../api/contract";
import { useT } from "../../i18n";
import { shortWhen } from "../../i18n/format";
import { type Action, useAction } from "../../lib/action";
import { paths } from "../../lib/router";
import { useQuery } from "../../sync/query";
import { Button } from "../../ui/Button";
import { Card, CardRow } from "../../ui/Card";
import { icon } from "../../ui/icons";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { Problem } from "../../ui/Problem";
import { Skeletons } from "../../ui/Skeletons";
import { agentOf } from "./agents";
import { needsProof, ProofDialog } from "./ProofDialog";

function nameOf(userAgent: string, t: ReturnType<typeof useT>): string {
  const { browser, system, program } = agentOf(userAgent);
  if (browser && system) return t("devices.browserOn", { browser, system });
  return browser ?? program ?? system ?? t("devices.unknown");
}

/** Why a session was not ended, or the question for the password that was missing. */
function Refused({ action, again }: { action: Action; again: () => void }) {
  if (!needsProof(action)) return <Problem error={action.error} />;
  const forget = () => void action.run(() => Promise.resolve());
  return <ProofDialog onProven={again} onClose={forget} />;
}

function DeviceRow({ session, onEnded }: { session: Device; onEnded: () => void }) {
  const t = useT();
  const action = useAction();
  const Picture = agentOf(session.device).handheld ? Smartphone : Monitor;
  const end = async () => {
    if (await action.run(() => call("auth.sessions.end", { sessionId: session.id }))) onEnded();
  };
  const notes = [
    session.current ? t("devices.now") : t("devices.lastUsed", { time: shortWhen(session.lastUsedAt) }),
    session.address,
  ];
  return (
    <li className="border-line not-first:border-t">
      <CardRow
        picture={<Picture {...icon} size={22} />}
        title={nameOf(session.device, t)}
        note={notes.filter(Boolean).join(" · ")}
      >
        {session.current ? (
          <span className="rounded-full bg-mention px-2.5 py-0.5 text-xs font-semibold text-accent">
            {t("devices.this")}
          </span>
        ) : (
          <Button busy={action.busy} onClick={() => void end()}>
            {t("devices.end")}
          </Button>
        )}
      </CardRow>
      <Refused action={action} again={() => void end()} />
    </li>
  );
}

interface SessionsProps {
  sessions: Device[];
  load: () => void;
}

function Sessions({ sessions, load }: SessionsProps) {
  const t = useT();
  const others = useAction();
  const endOthers = async () => {
    const ended = sessions.filter((session) => !session.current);
    await others.run(() => Promise.all(ended.map(({ id }) => call("auth.sessions.end", { sessionId: id }))));
    load();
  };
  const end = (
    <Button look="undo" busy={others.busy} onClick={() => void endOthers()}>
      {t("devices.endOthers")}
    </Button>
  );
  return (
    <>
      <Card title={t("devices.signedIn")} action={sessions.length > 1 && end}>
        <ul>
          {sessions.map((session) => (
            <DeviceRow key={session.id} session={session} onEnded={load} />
          ))}
        </ul>
      </Card>
      <Refused action={others} again={() => void endOthers()} />
      {sessions.length === 1 && <p className="px-3 pt-3 text-sm text-ink-2">{t("devices.onlyHere")}</p>}
    </>
  );
}

async function readSessions(): Promise<Device[]> {
  const { sessions } = await call("auth.sessions.list", {});
  return sessions.toSorted((a, b) => Number(b.current) - Number(a.current));
}

/** Where this person is signed in, this place first; each of the others can be ended, or all at once. */
export default function DevicesPage() {
  const t = useT();
  const query = useQuery(readSessions);
  const waiting = (
    <Card title={t("devices.signedIn")}>
      <Skeletons count={2} picture="size-6" lines={["h-3 w-40", "h-2.5 w-28"]} className="min-h-14" />
    </Card>
  );
  return (
    <Page title={t("devices.title")} hint={t("devices.hint")} back={{ to: paths.you, label: t("you.back") }}>
      <Loaded query={query} waiting={waiting}>
        {(sessions) => <Sessions sessions={sessions} load={query.load} />}
      </Loaded>
    </Page>
  );
}
