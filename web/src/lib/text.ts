/** More marks on one letter than any script stacks are drawn over the lines around it; Tibetan and Hebrew need four. */
const TOWERS = /([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu;
/** Letters and controls that set a direction from right to left, and would reorder a sentence around them. */
const TURNING =
  /[\p{Bidi_Control}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** Somebody else's text as it is shown: no letter carries a tower of marks. */
export function bounded(text: string): string {
  return text.replace(TOWERS, "$1");
}

/** The same, for a place in a sentence of ours: its direction stays its own. */
export function isolated(text: string): string {
  const shown = bounded(text);
  return TURNING.test(shown) ? `\u2068${shown}\u2069` : shown;
}

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
/** Without Intl.Segmenter (Firefox before 125): emoji with all that joins them, else a character with its marks. */
const roughly =
  /(?:\p{RI}{2}|\p{Emoji}\p{M}*\p{EMod}?(?:\u200d\p{Emoji}\p{M}*\p{EMod}?)*|\P{M})\p{M}*|\p{M}+/gsu;

/** What a reader sees as characters. */
export function graphemes(text: string, split = segmenter): string[] {
  if (!split) return text.match(roughly) ?? [];
  return Array.from(split.segment(text), ({ segment }) => segment);
}

/** The first `count` characters, with an ellipsis if that is not all. */
export function shortened(text: string, count: number): string {
  const all = graphemes(text);
  return all.length > count
    ? `${all
        .slice(0, count - 1)
        .join("")
        .trimEnd()}…`
    : text;
}

const TELLING = /[\p{L}\p{N}\p{Extended_Pictographic}\p{RI}]/u;

/** The first character of a word that tells it from another: not its bracket, and nothing unseen. */
function initialOf(word: string, split = segmenter): string {
  const all = graphemes(word, split);
  return bounded(all.find((one) => TELLING.test(one)) ?? all[0] ?? "");
}

/** The initials of the first and the last word. */
export function initialsOf(name: string, count: 1 | 2, split = segmenter): string {
  const words = name.split(/[\s\p{Cf}]*\s[\s\p{Cf}]*/u).filter((word) => TELLING.test(word));
  const ends = words.length > 1 && count === 2 ? [words[0], words.at(-1)] : [words[0] ?? name.trim()];
  return ends.map((word) => initialOf(word ?? "", split).toLocaleUpperCase()).join("");
}

/** The direction of a field: its text's, once a letter tells it, until then the page's. */
export function directionOf(text: string): "auto" | undefined {
  return /\p{L}/u.test(text) ? "auto" : undefined;
}

/** Unicode code points, as the server counts the length of names and messages. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}
