import type { CSSProperties } from "react";

/** A stable hue per id: FNV-1a, then MurmurHash3's last step, because ids made together differ in little. */
function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const char of id) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % 360;
}

/** The first letters of the first and the last word, by what a reader sees as a letter. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  const letters = ends.map((word) => [...new Intl.Segmenter().segment(word ?? "")][0]?.segment ?? "");
  return letters.join("").toLocaleUpperCase();
}

const sizes = {
  s: "size-7 text-xs",
  m: "size-9 text-sm",
  l: "size-14 text-lg",
};

interface AvatarProps {
  id: string;
  name: string;
  size?: keyof typeof sizes;
  /** People are round, rooms are not. */
  shape?: "round" | "square";
}

/** Decoration: the name stands beside it. */
export function Avatar({ id, name, size = "m", shape = "round" }: AvatarProps) {
  const text = shape === "square" ? initialsOf(name).slice(0, 1) : initialsOf(name);
  return (
    <span
      aria-hidden
      style={{ "--hue": hueOf(id) } as CSSProperties}
      className={`avatar inline-flex shrink-0 items-center justify-center font-semibold select-none ${sizes[size]} ${shape === "round" ? "rounded-full" : "rounded-m"}`}
    >
      {text}
    </span>
  );
}
