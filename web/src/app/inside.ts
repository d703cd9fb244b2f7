/** Everything behind the sign-in page, as one chunk of its own: a stranger's first page does not wait for it. */
export { startLive, stopLive } from "../api/live";
export { loadOutbox } from "../features/messages/outbox";
export { Layout as default } from "./Layout";
