import { createContext, type FormEvent, type ReactNode, useState } from "react";
import type { Action } from "../lib/action";

/** True once somebody has tried to send the form: then its empty fields say that they are. */
export const Attempted = createContext(false);

interface FormProps {
  action: Action;
  onSubmit: () => void;
  className?: string;
  children: ReactNode;
}

/** A form that says itself what is wrong with a field, in the page's words and language instead of the browser's
 * bubbles. What the server refused is no longer said once something was changed. */
export function Form({ action, onSubmit, className = "flex flex-col gap-2", children }: FormProps) {
  const [attempted, setAttempted] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAttempted(true);
    const wrong = event.currentTarget.querySelector<HTMLElement>("[data-wrong]");
    if (wrong) wrong.focus();
    else if (action.seconds === 0 && !action.busy) onSubmit();
  };
  return (
    <form noValidate onSubmit={submit} onChange={action.clear} className={className}>
      <Attempted value={attempted}>{children}</Attempted>
    </form>
  );
}
