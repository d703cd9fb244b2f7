import { useState } from "react";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { Dialog } from "../../ui/Dialog";
import FirstPassword from "./FirstPassword";
import { blankIdentifier } from "./identifiers";
import { SignUp } from "./SignUp";

/** A guest becomes a member; the session carries who they were, so name, rooms and messages stay theirs. */
export function KeepDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const name = useStore((state) => state.me?.name ?? "");
  const [identifier, setIdentifier] = useState(() => blankIdentifier());
  const [sent, setSent] = useState(false);
  return (
    <Dialog title={t("you.keep")} onClose={onClose}>
      {sent ? (
        <FirstPassword identifier={identifier} setIdentifier={setIdentifier} />
      ) : (
        <SignUp
          identifier={identifier}
          setIdentifier={setIdentifier}
          initialName={name}
          onSent={() => setSent(true)}
        />
      )}
    </Dialog>
  );
}
