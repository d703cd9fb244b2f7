import { Fragment, type ReactNode } from "react";
import { addressesIn } from "./links";

/** A block between fences, without the name of its language and the line breaks around it, or a piece of a line. */
const code = /\n?```(?:[\w+#.-]*\n)?([\s\S]+?)\n?```\n?|`([^`\n]+)`/gu;
const onlyEmoji = /^(?:\p{RGI_Emoji}|\s){1,12}$/v;

/** The text with its web addresses as links; everything else stays a text node. */
export function withLinks(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { start, end, href, shown } of addressesIn(text)) {
    parts.push(text.slice(at, start));
    parts.push(
      // An address runs from left to right in every script, and reorders nothing around it.
      <a
        key={start}
        href={href}
        dir="ltr"
        target="_blank"
        rel="noopener noreferrer nofollow ugc"
        className="text-accent underline decoration-1 underline-offset-3"
      >
        {shown}
      </a>,
    );
    at = end;
  }
  parts.push(text.slice(at));
  return parts;
}

/** What a message says: its code set apart, its web addresses as links. */
export function formatted(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  const addText = (until: number) => {
    if (until > end) parts.push(<Fragment key={end}>{withLinks(text.slice(end, until))}</Fragment>);
  };
  for (const match of text.matchAll(code)) {
    const [all, block, piece] = match;
    addText(match.index);
    parts.push(
      block === undefined ? (
        <code key={`code ${match.index}`} dir="ltr" className="code-piece">
          {piece}
        </code>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard.
        <code key={`code ${match.index}`} dir="ltr" tabIndex={0} className="code-block">
          {block}
        </code>
      ),
    );
    end = match.index + all.length;
  }
  addText(text.length);
  return parts;
}

/** True for a few emoji and nothing else; they are shown larger. */
export function isEmojiOnly(text: string): boolean {
  return text.trim() !== "" && onlyEmoji.test(text);
}
