import { randomUUID } from "node:crypto";
import { Subscriber, type XPublisher } from "zeromq";

/** Whether a subscription matches a message: when its first frame begins with it (`ZMQ_SUBSCRIBE`). */
export function matches(subscription: Buffer, [frame]: readonly Buffer[]): boolean {
  if (frame === undefined) return false;
  for (let at = 0; at < subscription.length; at++) if (frame[at] !== subscription[at]) return false;
  return true;
}

/** How the messages of subscribers begin; the topic is behind it. */
const UNSUBSCRIBE = "\0";
const SUBSCRIBE = "\u0001";

/** How many messages to receive in a row, so that whoever floods a publisher with them cannot hold it up. */
const MOST_MESSAGES = 500;

/** How many topics to check in a row. */
const MOST_CHECKS = 50;

/** So many bytes of a topic are looked at: more is wanted than is subscribed to where only longer ones differ. */
const DEPTH = 32;

/**
 * What is subscribed to at an XPUB socket, so that a publisher need not make what nobody wants:
 *
 * ```ts
 * using subscriptions = new Subscriptions(publisher);
 * await subscriptions.refresh();
 * if (subscriptions.want("10001")) await publisher.send(makeUpdate());
 * ```
 *
 * XPUB is a PUB socket that lets the publisher receive what is subscribed to (`ZMQ_XPUB`). It still sends a
 * message to those only who subscribed to it, so that subscribers get what they would get from PUB.
 */
export class Subscriptions implements Disposable {
  readonly #publisher: XPublisher;
  readonly #topics = new Set<string>();
  readonly #root = new Node();
  /** Topics of which libzmq told that they were given up. */
  readonly #doubtful = new Set<string>();
  /** A subscriber of our own, to check them with. */
  readonly #checker = new Subscriber({ receiveHighWaterMark: 1 });

  /** @param publisher A socket whose options are set and which is bound. Nobody else may receive from it. */
  constructor(publisher: XPublisher) {
    this.#publisher = publisher;
    const endpoint = `inproc://subscriptions-${randomUUID()}`;
    publisher.bindSync(endpoint);
    this.#checker.connect(endpoint);
  }

  [Symbol.dispose](): void {
    this.#checker.close();
  }

  /**
   * Takes in what has been subscribed to and given up by now, without waiting for more: were a receive under way,
   * each `send` would look for a message first, at half the speed.
   */
  async refresh(): Promise<void> {
    await this.#receive();
    let checks = 0;
    for (const topic of this.#doubtful) {
      if ((checks += 1) > MOST_CHECKS) break;
      await this.#check(topic);
    }
  }

  /**
   * Whether anyone could want a message that begins so: who subscribed to the beginning of that, or to anything
   * that begins with it.
   */
  want(beginning: string | Uint8Array): boolean {
    if (this.#topics.size === 0) return false;
    let node = this.#root;
    for (let index = 0; index < beginning.length && node.topics === 0; index++) {
      const byte = typeof beginning === "string" ? beginning.charCodeAt(index) : (beginning[index] as number);
      // Any other character takes several bytes
      if (typeof beginning === "string" && byte > 0x7f) return this.want(Buffer.from(beginning));
      const next = node.children.get(byte);
      if (next === undefined) return false;
      node = next;
    }
    return true;
  }

  /** Receives what subscribers have sent. A topic that was given up stays until it has been checked. */
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
   * libzmq tells that a topic was given up even if it was by a subscriber who never had it, while others have. But
   * it tells of a subscription only if it is the first to its topic, so we subscribe ourselves, and see.
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
    this.#root.add(Buffer.from(topic.slice(0, DEPTH), "latin1"));
  }

  #remove(topic: string): void {
    this.#doubtful.delete(topic);
    this.#topics.delete(topic);
    this.#root.remove(Buffer.from(topic.slice(0, DEPTH), "latin1"));
  }
}

/** A prefix trie: a node for every beginning of a topic, reached from its root byte by byte. */
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

  /** Removes a topic that was added, and the nodes that are on the way to no other. */
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
