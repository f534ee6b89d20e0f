export { CommandRefusedError } from "./http.js";
export { LivePage, type LivePageOptions } from "./live-page.js";
export { LiveState } from "./state.js";
export { actorsOf } from "./views/actors.js";
export { edgesOf } from "./views/topology.js";
export {
  type ChildMessage,
  type ChildState,
  type Command,
  type ControlMessage,
  type LiveMessage,
  type Pattern,
  patternsOf,
  ROLES,
  type View,
} from "./messages.js";
