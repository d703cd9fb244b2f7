import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { call } from "../../api/call";
import type { Invite, Room } from "../../api/contract";
import { useT } from "../../i18n";
import { dateAndTimeOf } from "../../i18n/format";
import { useAction } from "../../lib/action";
import { CallError } from "../../lib/refusal";
import { useQuery } from "../../sync/query";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { icon } from "../../ui/icons";
import { Loaded } from "../../ui/Loaded";
import { Problem } from "../../ui/Problem";

const COPIED_SHOWN_MS = 2_000;

/** The address of this very page's origin: the person who reads it came here by it too. */
function linkOf(invite: Invite): string {
  return `${location.origin}/invite/${invite.inviteCode}`;
}

function CopyLink({ link }: { link: string }) {
  const t = useT();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = () => {
    // Browsers give the clipboard to https and loopback only; elsewhere the link is selected, ready for the keyboard.
    field.current?.select();
    navigator.clipboard?.writeText(link).then(
      () => setCopied(true),
      () => undefined,
    );
  };

  return (
    <div className="flex gap-2">
      <input
        ref={field}
        readOnly
        dir="ltr"
        value={link}
        aria-label={t("invite.link")}
        onFocus={(event) => event.target.select()}
        className="h-10 min-w-0 flex-1 truncate rounded-s border border-edge bg-surface-0 px-3 text-sm text-ink-1"
      />
      <Button
        look="primary"
        className="tablet:h-10"
        onClick={copy}
        icon={copied ? <Check {...icon} /> : <Copy {...icon} />}
      >
        {t(copied ? "invite.copied" : "invite.copy")}
      </Button>
    </div>
  );
}

/** The invite of a room; null for a room that has none. */
async function readInvite(roomId: string): Promise<Invite | null> {
  try {
    return await call("rooms.invite.show", { roomId });
  } catch (problem) {
    if (problem instanceof CallError && problem.status === 404) return null;
    throw problem;
  }
}

function usesOf(invite: Invite, t: ReturnType<typeof useT>): string {
  if (invite.maxUses === null) return t("invite.uses", { count: invite.uses });
  return t("invite.usesOf", { uses: invite.uses, max: invite.maxUses });
}

interface InviteChoicesProps {
  room: Room;
  invite: Invite | null;
  onChange: (invite: Invite | null) => void;
}

function InviteChoices({ room, invite, onChange }: InviteChoicesProps) {
  const t = useT();
  const action = useAction();
  const { id: roomId } = room;
  const issue = async () => onChange(await call("rooms.invite.issue", { roomId }));
  const revoke = async () => {
    await call("rooms.invite.revoke", { roomId });
    onChange(null);
  };
  return (
    <>
      {invite && <CopyLink link={linkOf(invite)} />}
      {invite && (
        <p className="text-xs text-ink-3">
          {usesOf(invite, t)} ·{" "}
          {invite.expiresAt
            ? t("invite.expires", { time: dateAndTimeOf(invite.expiresAt) })
            : t("invite.never")}
        </p>
      )}
      <Problem error={action.error} />
      <div className="flex justify-end gap-2">
        {invite && (
          <Button look="undo" busy={action.busy} onClick={() => void action.run(revoke)}>
            {t("invite.revoke")}
          </Button>
        )}
        <Button look={invite ? "soft" : "primary"} busy={action.busy} onClick={() => void action.run(issue)}>
          {t(invite ? "invite.renew" : "invite.create")}
        </Button>
      </div>
    </>
  );
}

/** The creator's link into the room: make it, copy it, take it back. */
export function InviteDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const t = useT();
  const query = useQuery(() => readInvite(room.id));
  return (
    <Dialog title={t("invite.title")} onClose={onClose}>
      <div className="flex flex-col gap-4">
        <p className="overflow-clip text-sm text-ink-2">
          {t(query.data === null ? "invite.none" : "invite.hint", { name: room.name })}
        </p>
        <Loaded query={query} waiting={<div className="skeleton h-10" />}>
          {(invite) => <InviteChoices room={room} invite={invite} onChange={query.set} />}
        </Loaded>
      </div>
    </Dialog>
  );
}
