export { CommandRefusedError } from "./http.js";
export { LivePage, type LivePageOptions } from "./live-page.js";
export {
  type ChildMessage,
  type ChildState,
  type Command,
  type ControlMessage,
  type Pattern,
  patternsOf,
  ROLES,
  type View,
} from "./messages.js";
