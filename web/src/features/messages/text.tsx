import type { ReactNode } from "react";

const address = /\bhttps?:\/\/[^\s<>"]+/gu;
/** Punctuation that ends the sentence rather than the address. */
const trailing = /[.,:;!?)\]}'’”]+$/u;
const onlyEmoji = /^(?:\p{RGI_Emoji}|\s){1,12}$/v;

/** The text with its web addresses as links; everything else stays a text node. */
export function withLinks(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const href = match[0].replace(trailing, "");
    parts.push(text.slice(end, match.index));
    parts.push(
      <a
        key={match.index}
        href={href}
        target="_blank"
        rel="noopener noreferrer nofollow ugc"
        className="text-accent underline decoration-1 underline-offset-3"
      >
        {href}
      </a>,
    );
    end = match.index + href.length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** True for a few emoji and nothing else; they are shown larger. */
export function isEmojiOnly(text: string): boolean {
  return text.trim() !== "" && onlyEmoji.test(text);
}
