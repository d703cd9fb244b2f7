import { type ReactNode, useEffect, useRef, useState } from "react";
import { useT } from "../../i18n";
import { holdReload } from "../../lib/modules";
import { routeOf, usePath } from "../../lib/router";
import { useStore } from "../../state/store";
import { chunk, Later } from "../../ui/Later";
import { StorageNote } from "../../ui/StorageNote";
import { Wordmark } from "../../ui/Wordmark";
import { LookSelects } from "../settings/LookSelects";
import { GuestButton } from "./GuestButton";
import { blankIdentifier } from "./identifiers";
import { SignIn } from "./SignIn";
import { SignUp } from "./SignUp";
import { goTo, type Step, type StepProps, useStep } from "./steps";

/** Only signing in and signing up belong to a stranger's first page; the rest comes when it is wanted. */
const chunks = {
  "first-password": chunk<StepProps>(() => import("./FirstPassword")),
  forgot: chunk<StepProps>(() => import("./Forgot")),
  reset: chunk<StepProps>(() => import("./Reset")),
  choose: chunk<StepProps>(() => import("./ChoosePassword")),
};

function Form({ step, ...props }: StepProps & { step: Step }) {
  if (step === "sign-in") return <SignIn {...props} />;
  if (step === "sign-up") return <SignUp {...props} onSent={() => goTo("first-password")} />;
  return <Later of={chunks[step]} props={props} as="div" />;
}

const others: Record<Step, { question?: "noAccount" | "haveAccount"; to: Step; word: string } | null> = {
  "sign-in": { question: "noAccount", to: "sign-up", word: "auth.signUp" },
  "sign-up": { question: "haveAccount", to: "sign-in", word: "auth.signIn" },
  "first-password": { to: "forgot", word: "auth.sendAgain" },
  forgot: { to: "sign-in", word: "auth.backToSignIn" },
  reset: { to: "sign-in", word: "auth.backToSignIn" },
  choose: null,
};

function Note({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="mb-6 rounded-m bg-mention px-3 py-2 text-sm text-ink-1">
      {children}
    </p>
  );
}

/** What the form is about. A new step is announced by its heading taking the focus, where no field takes it. */
function Intro({ step, hint }: { step: Step; hint: string }) {
  const t = useT();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step is a page of its own.
  useEffect(() => {
    const busy = document.activeElement?.matches("input");
    if (!busy) heading.current?.focus();
  }, [step]);
  return (
    <>
      <h1 ref={heading} tabIndex={-1} className="text-lg font-semibold tracking-tight outline-none">
        {t(`auth.steps.${step}.title`)}
      </h1>
      <p className="mt-1 mb-6 text-sm text-ink-2">{hint}</p>
    </>
  );
}

/** Everything before one is inside, on one card. */
export function AuthPage() {
  const t = useT();
  const mustChoose = useStore((state) => state.phase === "must-choose");
  const farewell = useStore((state) => state.farewell);
  const asked = useStep();
  const step = mustChoose ? "choose" : asked;
  const invited = routeOf(usePath()).page === "invite" && (step === "sign-in" || step === "sign-up");
  const [identifier, setIdentifier] = useState(() => blankIdentifier());
  const [note, setNote] = useState("");
  const other = others[step];
  const typed = identifier.email !== "" || identifier.kind === "phone";
  useEffect(() => (typed ? holdReload() : undefined), [typed]);
  const said = note || (farewell && t(`auth.farewell.${farewell}`));
  const hint = t(invited ? "auth.inviteHint" : `auth.steps.${step}.hint`);
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <header className="flex items-center justify-between px-4 py-3 tablet:px-6">
        <Wordmark />
        <LookSelects compact className="-me-3" />
      </header>
      <StorageNote />
      {/* Near the middle at its usual height, and from its top: where it grows, nothing above moves. */}
      <main className="mx-auto w-full max-w-104 px-4 pt-[clamp(4px,calc(50dvh-400px),240px)] pb-12">
        <div className="rounded-l bg-surface-1 p-6 shadow-float tablet:p-8">
          {said && step === "sign-in" && <Note>{said}</Note>}
          <Intro step={step} hint={hint} />
          <Form key={step} {...{ step, identifier, setIdentifier, setNote }} />
          {!invited && (step === "sign-in" || step === "sign-up") && (
            <>
              <p aria-hidden className="my-4 flex items-center gap-3 text-xs text-ink-3">
                <span className="h-px flex-1 bg-line" />
                {t("auth.or")}
                <span className="h-px flex-1 bg-line" />
              </p>
              <GuestButton />
            </>
          )}
        </div>
        {other && (
          <p className="mt-5 text-center text-sm text-ink-2">
            {other.question && t(`auth.${other.question}`)}{" "}
            <button type="button" className="text-link" onClick={() => goTo(other.to)}>
              {t(other.word)}
            </button>
          </p>
        )}
      </main>
    </div>
  );
}
