import type { Socket } from "zeromq";

/** Socket types by their number (`ZMQ_TYPE`), and the types that each of them talks to (RFC 28 to 31). */
const TYPES: readonly { own: string; peers: readonly string[] }[] = [
  { own: "PAIR", peers: ["PAIR"] },
  { own: "PUB", peers: ["SUB", "XSUB"] },
  { own: "SUB", peers: ["PUB", "XPUB"] },
  { own: "REQ", peers: ["REP", "ROUTER"] },
  { own: "REP", peers: ["REQ", "DEALER"] },
  { own: "DEALER", peers: ["REP", "DEALER", "ROUTER"] },
  { own: "ROUTER", peers: ["REQ", "DEALER", "ROUTER"] },
  { own: "PULL", peers: ["PUSH"] },
  { own: "PUSH", peers: ["PULL"] },
  { own: "XPUB", peers: ["SUB", "XSUB"] },
  { own: "XSUB", peers: ["PUB", "XPUB"] },
];

/** The name of a socket's type, and the names of those that it talks to; none for a type that is not stable. */
export function socketTypes(socket: Socket): { own: string; peers: readonly string[] } {
  return TYPES[socket.type] ?? { own: "ZeroMQ", peers: [] };
}
