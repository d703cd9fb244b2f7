/** Everything behind the sign-in page, as one chunk of its own: a stranger's first page does not wait for it. */
export { startLive, stopLive } from "../sync/live";
export { loadOutbox } from "../sync/outbox";
export { Layout as default } from "./Layout";
