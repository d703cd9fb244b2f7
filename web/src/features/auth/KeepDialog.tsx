import { useState } from "react";
import { useT } from "../../i18n";
import { useStore } from "../../state/store";
import { Dialog } from "../../ui/Dialog";
import { localPrefix } from "../../ui/phones";
import FirstPassword from "./FirstPassword";
import type { Identifier } from "./identifiers";
import { SignUp } from "./SignUp";

/** A guest becomes a member; the session carries who they were, so name, rooms and messages stay theirs. */
export function KeepDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const name = useStore((state) => state.me?.name ?? "");
  const [identifier, setIdentifier] = useState<Identifier>(() => ({
    way: "email",
    email: "",
    phone: localPrefix(navigator.language),
  }));
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
