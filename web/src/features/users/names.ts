import type { State } from "../../state/model";

/** What a person is called, if this client has met them. */
export function nameOf(state: State, userId: string): string | undefined {
  return state.me?.id === userId ? state.me.name : state.names[userId];
}
