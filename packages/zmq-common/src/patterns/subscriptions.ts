import { Subscriber, type XPublisher } from "zeromq";
import { observerOf, type SocketObserver } from "../sockets/observer.js";

/** Whether a subscription matches a message: when its first frame begins with it (`ZMQ_SUBSCRIBE`). */
export function matches(subscription: Buffer, [frame]: readonly Buffer[]): boolean {
  if (frame === undefined) return false;
  for (let at = 0; at < subscription.length; at++) if (frame[at] !== subscription[at]) return false;
  return true;
}

/** How the messages of subscribers begin; the topic is behind it. */
const UNSUBSCRIBE = "\0";
const SUBSCRIBE = "\u0001";

/** How many messages to receive in one update, so that a peer that sends very many cannot hold up the publisher. */
const MOST_MESSAGES = 500;

/** How many topics to check in one update. */
const MOST_CHECKS = 50;

/** How many bytes of a topic are compared. Topics that differ only behind these count as the same. */
const DEPTH = 32;

/**
 * The subscriptions at an XPUB socket, so that a publisher need not make messages that nobody wants:
 *
 * ```ts
 * using subscriptions = new Subscriptions(publisher);
 * await subscriptions.update();
 * if (subscriptions.isWanted("10001")) await publisher.send(makeUpdate());
 * ```
 *
 * XPUB is a PUB socket that also receives its subscriptions (`ZMQ_XPUB`). It sends a message only to those who
 * subscribed to it, as PUB does.
 */
export class Subscriptions implements Disposable {
  readonly #publisher: XPublisher;
  readonly #observer: SocketObserver | undefined;
  readonly #topics = new Set<string>();
  readonly #trie = new Trie();
  /** Topics that libzmq reported as unsubscribed; see {@link Subscriptions.#check}. */
  readonly #doubtful = new Set<string>();
  /** A subscriber of our own, to check them with. */
  readonly #checker = new Subscriber({ receiveHighWaterMark: 1 });

  /** @param publisher A bound socket. Nobody else may receive from it. */
  constructor(publisher: XPublisher) {
    this.#publisher = publisher;
    this.#observer = observerOf(publisher);
    const endpoint = `inproc://subscriptions-${Math.random()}`;
    publisher.bindSync(endpoint);
    this.#checker.connect(endpoint);
  }

  [Symbol.dispose](): void {
    this.#checker.close();
  }

  /** How many topics are subscribed to. */
  get size(): number {
    return this.#topics.size;
  }

  /**
   * Receives the subscriptions and unsubscriptions that have arrived, without waiting for more: while a receive is
   * pending, each `send` looks for a message first, at half the speed.
   */
  async update(): Promise<void> {
    await this.#receive();
    let checks = 0;
    for (const topic of this.#doubtful) {
      if ((checks += 1) > MOST_CHECKS) break;
      await this.#check(topic);
    }
  }

  /**
   * Whether a message that begins with these bytes can match a subscription: to a prefix of them, or to a topic that
   * begins with them. For those who look on, what is wanted counts as sent.
   */
  isWanted(beginning: string | Uint8Array): boolean {
    const bytes = typeof beginning === "string" ? Buffer.from(beginning) : beginning;
    if (this.#topics.size === 0 || !this.#trie.matches(bytes)) return false;
    this.#observer?.sent();
    return true;
  }

  /** Receives what subscribers have sent. An unsubscribed topic stays until it has been checked. */
  async #receive(): Promise<string[]> {
    const received: string[] = [];
    while (received.length < MOST_MESSAGES && this.#publisher.readable) {
      const [frame] = await this.#publisher.receive();
      // A character for each byte, whatever it means
      const message = frame?.toString("latin1") ?? "";
      received.push(message);
      const topic = message.slice(1);
      if (message.startsWith(SUBSCRIBE)) this.#add(topic);
      else if (message.startsWith(UNSUBSCRIBE) && this.#topics.has(topic)) this.#doubtful.add(topic);
    }
    return received;
  }

  /**
   * libzmq reports an unsubscription even by a peer that never had the topic, while others still have it. But it
   * reports a subscription only if it is the first to its topic: so subscribe to it here, and see.
   */
  async #check(topic: string): Promise<void> {
    this.#doubtful.delete(topic);
    const bytes = Buffer.from(topic, "latin1");
    this.#checker.subscribe(bytes);
    const nobodyHadIt = (await this.#receive()).includes(SUBSCRIBE + topic);
    this.#checker.unsubscribe(bytes);
    const nobodyHasIt = (await this.#receive()).includes(UNSUBSCRIBE + topic);
    if (nobodyHadIt && nobodyHasIt) this.#remove(topic);
  }

  #add(topic: string): void {
    if (this.#topics.has(topic)) return;
    this.#topics.add(topic);
    this.#trie.add(Buffer.from(topic.slice(0, DEPTH), "latin1"));
  }

  #remove(topic: string): void {
    this.#doubtful.delete(topic);
    this.#topics.delete(topic);
    this.#trie.remove(Buffer.from(topic.slice(0, DEPTH), "latin1"));
  }
}

/** A set of topics: a node for every prefix of a topic, reached from the root byte by byte. */
class Trie {
  readonly #root = new Node();
  /** How many topics begin with each byte. That tells most messages that nobody wants, in a third of the time. */
  readonly #byFirstByte = new Uint32Array(256);

  add(topic: Buffer): void {
    this.#count(topic, 1);
    this.#root.add(topic);
  }

  /** Removes a topic that was added. */
  remove(topic: Buffer): void {
    this.#count(topic, -1);
    this.#root.remove(topic);
  }

  #count([first]: Buffer, change: number): void {
    if (first !== undefined) (this.#byFirstByte[first] as number) += change;
  }

  /** Whether a topic is a prefix of these bytes, or begins with them. */
  matches(bytes: Uint8Array): boolean {
    let node = this.#root;
    const first = bytes[0];
    if (first !== undefined && node.topics === 0 && this.#byFirstByte[first] === 0) return false;
    for (let index = 0; index < bytes.length && node.topics === 0; index++) {
      const next = node.children.get(bytes[index] as number);
      if (next === undefined) return false;
      node = next;
    }
    return true;
  }
}

class Node {
  /** How many topics end here. */
  topics = 0;
  readonly children = new Map<number, Node>();

  add(topic: Buffer): void {
    const [byte] = topic;
    if (byte === undefined) {
      this.topics += 1;
      return;
    }
    const child = this.children.get(byte) ?? new Node();
    this.children.set(byte, child);
    child.add(topic.subarray(1));
  }

  /** Removes a topic, and the nodes that lead to no other. */
  remove(topic: Buffer): void {
    const [byte] = topic;
    if (byte === undefined) {
      this.topics -= 1;
      return;
    }
    const child = this.children.get(byte);
    child?.remove(topic.subarray(1));
    if (child?.topics === 0 && child.children.size === 0) this.children.delete(byte);
  }
}
