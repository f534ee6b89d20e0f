export { OlderPeer } from "./older-peer.js";
export { rebind } from "./rebind.js";
export { type LogLine, RunningRole, startRole, transports } from "./role.js";
