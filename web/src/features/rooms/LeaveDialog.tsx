import { useState } from "react";
import type { Room } from "../../api/contract";
import { useT } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Problem } from "../../ui/Problem";
import { leaveRoom } from "./deeds";

export function LeaveDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const leave = () => {
    setBusy(true);
    leaveRoom(room.id).catch((problem: unknown) => {
      setError(problem);
      setBusy(false);
    });
  };
  return (
    <Dialog title={t("rooms.leaveQuestion", { name: room.name })} onClose={onClose}>
      <p className="text-sm text-ink-2">{t(room.isPrivate ? "rooms.leaveHintPrivate" : "rooms.leaveHint")}</p>
      <Problem error={error} />
      <div className="mt-5 flex justify-end gap-2">
        <Button look="quiet" onClick={onClose}>
          {t("app.cancel")}
        </Button>
        <Button look="danger" busy={busy} onClick={leave}>
          {t("rooms.leave")}
        </Button>
      </div>
    </Dialog>
  );
}
