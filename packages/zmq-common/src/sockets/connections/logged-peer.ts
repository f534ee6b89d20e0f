import type { SocketContext } from "../context.js";

/** What the log has said of a peer. */
export interface Said {
  /** The last problem that was reported; nothing once the peer has been connected. */
  problem?: string | undefined;
  isLost?: boolean;
}

/** A peer, as the log knows it. It may outlive connections and sockets. */
export interface LoggedPeer {
  /** The endpoint as the user wrote it; and the address, where the name has several. */
  readonly label: string;
  /** Nothing of a peer that the log is silent about. */
  said: Said | undefined;
}

/** Reports a problem once, until the peer is connected or there is another problem. */
export function reportProblem(
  { said }: Pick<LoggedPeer, "said">,
  problem: string,
  context: SocketContext | undefined,
): void {
  if (said === undefined || said.problem === problem) return;
  said.problem = problem;
  context?.log.warn(`${problem}; trying again`);
}
