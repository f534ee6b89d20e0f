export { CommandRefusedError } from "./http.js";
export { LivePage, type LivePageOptions } from "./live-page.js";
export type { ChildMessage, ChildState, Command, ControlMessage, Pattern } from "./messages.js";
