import { Pull, Push, type Socket, Subscriber, XSubscriber } from "zeromq";
import { CONNECTIONS } from "./io-threads.js";
import { setQuietly } from "./quietly.js";

/** Sets the options that every connection of these services has, whichever side opened it. Times in milliseconds. */
export function setSocketDefaults(socket: Socket): void {
  // ZMQ_AFFINITY: not in the thread that looks up host names.
  socket.affinity = CONNECTIONS;
  // ZMQ_LINGER: how long the end of the program may wait for unsent messages. libzmq waits forever.
  socket.linger = 500;
  // A peer that vanished without a word (power, network, a firewall) is noticed within about six seconds: by
  // ZMQ_TCP_KEEPALIVE_*, in seconds, on an idle connection, else by ZMQ_TCP_MAXRT. Not by ZMQ_HEARTBEAT_*: with
  // these, libzmq 4.3.5 aborts the process when a peer goes away with more messages waiting than the high-water
  // mark lets in (`!_io_error`). And not in the pipeline, where giving up on a peer gives up the tasks it holds: a
  // worker may take minutes over what a ventilator has left behind, or be held up itself.
  if (!(socket instanceof Push || socket instanceof Pull)) {
    socket.tcpKeepalive = 1;
    socket.tcpKeepaliveIdle = 2;
    socket.tcpKeepaliveInterval = 1;
    socket.tcpKeepaliveCount = 4;
    socket.tcpMaxRetransmitTimeout = 6000;
  }
  // ZMQ_CONNECT_TIMEOUT: give up an attempt that gets no answer and make another; the system would wait for minutes.
  socket.connectTimeout = 2000;
  // ZMQ_HANDSHAKE_IVL: a connection that says nothing is cut.
  socket.handshakeInterval = 5000;
  // ZMQ_RECONNECT_IVL(_MAX): try again after 100 ms, then less and less often.
  socket.reconnectInterval = 100;
  socket.reconnectMaxInterval = 2000;
  // ZMQ_SNDHWM: a SUB socket sends its subscriptions, and drops those above 1,000 without a word.
  if (socket instanceof Subscriber) setSendHighWaterMark(socket, 0);
  if (socket instanceof XSubscriber) socket.sendHighWaterMark = 0;
}

/**
 * Sets whether the socket's next endpoint is bound or connected to by IPv6 (`ZMQ_IPV6`). With it a name is resolved to
 * IPv6 first, and `*` means IPv6 as well; without it, no IPv6 address is taken.
 */
export function setIpv6(socket: Socket, ipv6: boolean): void {
  if (socket.ipv6 !== ipv6) setQuietly(() => (socket.ipv6 = ipv6));
}

/**
 * Sets the options that protect a socket that binds from peers that do not speak its protocol.
 *
 * With a ZAP domain every connection is presented to the ZAP handler (`startZapHandler`) and must speak ZMTP 3;
 * without one, libzmq takes what a port scanner sends for a ZMTP 1.0 message and hands it over. `ZMQ_MAXMSGSIZE`
 * cuts off a peer that sends more than 1 MiB; libzmq takes any size. Not for the side that connects: libzmq would
 * not connect again.
 */
export function setServerDefaults(socket: Socket): void {
  socket.zapDomain = "global";
  socket.maxMessageSize = 1024 * 1024;
}

/** A {@link Subscriber} has no property for it. */
function setSendHighWaterMark(socket: Socket, messages: number): void {
  const ZMQ_SNDHWM = 23;
  (socket as unknown as { setInt32Option(option: number, value: number): void }).setInt32Option(
    ZMQ_SNDHWM,
    messages,
  );
}
