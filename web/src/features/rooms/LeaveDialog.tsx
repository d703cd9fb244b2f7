import type { Room } from "../../api/contract";
import { useT } from "../../i18n";
import { useAction } from "../../lib/action";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Problem } from "../../ui/Problem";
import { leaveRoom } from "./actions";

export function LeaveDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const t = useT();
  const action = useAction();
  return (
    <Dialog title={t("rooms.leaveQuestion", { name: room.name })} onClose={onClose}>
      <p className="text-sm text-ink-2">{t(room.isPrivate ? "rooms.leaveHintPrivate" : "rooms.leaveHint")}</p>
      <Problem error={action.error} />
      <div className="mt-5 flex justify-end gap-2">
        <Button look="quiet" onClick={onClose}>
          {t("app.cancel")}
        </Button>
        <Button look="danger" busy={action.busy} onClick={() => void action.run(() => leaveRoom(room.id))}>
          {t("rooms.leave")}
        </Button>
      </div>
    </Dialog>
  );
}
