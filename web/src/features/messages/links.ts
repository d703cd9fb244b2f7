import { LinkifyIt, REBuilder } from "linkify-it";

/** Punctuation that belongs to a word when a letter follows: dashes, apostrophes, middle dots, Hebrew gershayim. */
const INNER = String.raw`[\u00b7\u05be\u05f3\u05f4\u2010-\u2015\u2018\u2019\u2027\u30fb]`;
/** Brackets of other scripts, which a path may hold in pairs, as ASCII ones. */
const PAIRS = ["（）", "［］", "「」", "『』", "【】", "《》", "〈〉"];
/** What nobody sees: bidi controls, zero-width characters, soft hyphens. */
const UNSEEN = /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu;
/** The same without the joiners that Persian and Indic words are spelt with. */
const NO_LETTER = /(?![\u200c\u200d])[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu;

/** linkify-it ends an address at any punctuation of another script; these rules keep what is inside words. */
class Addresses extends REBuilder {
  override get_path_extra(): RegExp {
    const pairs = PAIRS.map((pair) => this.nestedPairRE(pair.charAt(0), pair.charAt(1), 1));
    return new RegExp(`${[...pairs, `${INNER}(?=${this.get_pseudo_letter().source})`].join("|")}|`);
  }

  /** Scripts without spaces write an address right behind a word: 见https://example.org */
  override get_schema_search(): RegExp {
    return new RegExp(`(^|[^A-Za-z0-9_])(${this.get_schema_names().source})`, "ig");
  }
}

const linkifier = new LinkifyIt({ fuzzyEmail: false, rebuilder: new Addresses() })
  .add("ftp:")
  .add("//")
  .add("mailto:");

export interface Address {
  /** Where it stands in the text. */
  start: number;
  end: number;
  href: string;
  /** The address without characters that reorder it or that nobody sees. */
  shown: string;
}

/** The web addresses in a text. One that shows something else than where it leads is shown as where it leads. */
export function addressesIn(text: string): Address[] {
  const found: Address[] = [];
  for (const { index: start, lastIndex: end, url } of linkifier.match(text) ?? []) {
    const href = url.replace(NO_LETTER, "");
    if (URL.canParse(href)) found.push({ start, end, href, shown: href.replace(UNSEEN, "") });
  }
  return found;
}
