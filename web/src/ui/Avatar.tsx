import type { CSSProperties } from "react";
import { initialsOf } from "../lib/text";

/** A stable hue per id: FNV-1a, then MurmurHash3's last step, because ids made together differ in little. */
function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const char of id) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % 360;
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
  /** True for somebody who is not here. */
  off?: boolean;
}

/** Decoration: the name stands beside it. */
export function Avatar({ id, name, size = "m", shape = "round", off }: AvatarProps) {
  return (
    <span
      aria-hidden
      style={{ "--hue": hueOf(id) } as CSSProperties}
      className={`${off ? "avatar-off" : "avatar"} inline-flex shrink-0 items-center justify-center overflow-clip font-semibold select-none ${sizes[size]} ${shape === "round" ? "rounded-full" : "rounded-m"}`}
    >
      {initialsOf(name, shape === "square" ? 1 : 2)}
    </span>
  );
}
