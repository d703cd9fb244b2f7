import type { Presence } from "../../state/model";
import { Avatar } from "../../ui/Avatar";
import { StatusDot } from "./StatusDot";

interface PersonPictureProps {
  id: string;
  name: string;
  status: Presence["status"];
}

/** Somebody's picture, and whether they are here. */
export function PersonPicture({ id, name, status }: PersonPictureProps) {
  return (
    <span className="relative">
      <Avatar id={id} name={name} off={status === "offline"} />
      <span className="absolute -end-0.5 -bottom-0.5 flex">
        <StatusDot status={status} />
      </span>
    </span>
  );
}
