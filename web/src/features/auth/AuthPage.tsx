import { useState } from "react";
import { routeOf, usePath } from "../../app/router";
import { useT } from "../../i18n";
import { Wordmark } from "../../ui/Wordmark";
import { LookMenu } from "../settings/LookMenu";
import { AuthForm } from "./AuthForm";

/** Sign in or sign up on one card; the address stays, so that an invite link leads on to its room. */
export function AuthPage() {
  const t = useT();
  const [mode, setMode] = useState<"signIn" | "signUp">("signIn");
  const invited = routeOf(usePath()).page === "invite";
  const other = mode === "signIn" ? "signUp" : "signIn";
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <header className="flex items-center justify-between px-4 py-3 tablet:px-6">
        <Wordmark />
        <LookMenu />
      </header>
      <main className="m-auto w-full max-w-104 px-4 pb-12">
        <div className="rounded-l bg-surface-1 p-6 shadow-float tablet:p-8">
          <h1 className="text-lg font-semibold tracking-tight">{t(`auth.${mode}Title`)}</h1>
          <p className="mt-1 mb-6 text-sm text-ink-2">
            {t(invited ? "auth.inviteHint" : `auth.${mode}Hint`)}
          </p>
          <AuthForm key={mode} mode={mode} />
        </div>
        <p className="mt-5 text-center text-sm text-ink-2">
          {t(mode === "signIn" ? "auth.noAccount" : "auth.haveAccount")}{" "}
          <button
            type="button"
            className="rounded-s font-semibold text-accent underline-offset-4 hover:underline"
            onClick={() => setMode(other)}
          >
            {t(`auth.${other}`)}
          </button>
        </p>
      </main>
    </div>
  );
}
