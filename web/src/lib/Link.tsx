import type { ComponentProps, MouseEvent } from "react";
import { navigate } from "./router";

/** A real link: opens in a new tab when asked to, else changes the page without loading it. */
export function Link({ href, onClick, ...rest }: ComponentProps<"a"> & { href: string }) {
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0;
    if (elsewhere || event.defaultPrevented) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={go} {...rest} />;
}
