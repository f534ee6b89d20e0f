export { eventually } from "./eventually.js";
export type { LogLine } from "./log.js";
export { peer, peerCommand, type PeerLanguage, type PeerOptions } from "./peer.js";
export { freeEndpoint, freePort, releasePorts } from "./ports.js";
export { cpuTime, openDescriptors, peakMemory, residentMemory } from "./proc.js";
export { mainModule, mainModulePath, role, roleCommand, type RoleStartOptions } from "./role.js";
export {
  COMMON_OPTIONS,
  ROLE_OPTIONS,
  roleArguments,
  type RoleName,
  type RoleOptions,
} from "./role-options.js";
export { endAll, type Exit, reportAll, RunningProcess, type WaitOptions } from "./running-process.js";
export type { Command, StartOptions } from "./spawn.js";
export { start } from "./start.js";
export { TcpProxy } from "./tcp-proxy.js";
export {
  chromium,
  hasTool,
  mayBeMissing,
  missingText,
  missingTools,
  python,
  SWARM_SCRIPT,
  type Tool,
} from "./tools.js";
