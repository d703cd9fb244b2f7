import { useT } from "../../i18n";
import { useStore } from "../../state/store";

/** Why nothing goes out just now, and when it will, in the line where one looks anyway. */
export function Waiting({ roomId, seconds }: { roomId: string; seconds: number }) {
  const t = useT();
  const count = useStore(
    (state) => state.outbox.filter((one) => one.roomId === roomId && !one.refusal).length,
  );
  return (
    <p className="truncate">
      {t("messages.waiting", { count })} {t("messages.waitNote", { count: seconds })}
    </p>
  );
}
