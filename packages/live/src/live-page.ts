import type { SocketContext } from "zmq-common";
import { Collector } from "./collector.js";
import { PageServer } from "./http.js";
import type { Command, ControlMessage, LiveMessage } from "./messages.js";
import { LiveState } from "./state.js";

export interface LivePageOptions {
  /** Where the roles' telemetry connects to. */
  bind: readonly string[];
  /** Where the page is, as host and port; port 0: one that is free. */
  host: string;
  port: number;
  /** By which other names the page may be called, with their port. */
  names?: readonly string[];
  /** Carries out what the page asks for. Without it the page only watches. */
  onCommand?: (command: Command) => Promise<void>;
}

/** The live page: hears what roles tell while somebody looks, and shows it. */
export class LivePage implements AsyncDisposable {
  /** Where roles have to tell. */
  telemetry = "";
  /** The address of the page. */
  url = "";
  readonly #collector = new Collector();
  readonly #state = new LiveState();
  #server: PageServer | undefined;

  /**
   * Starts it.
   *
   * @throws {EndpointError} When the telemetry's endpoint cannot be bound.
   * @throws When the port of the page is in use.
   */
  static async start(options: LivePageOptions, context: SocketContext): Promise<LivePage> {
    const page = new LivePage();
    try {
      await page.#start(options, context);
      return page;
    } catch (error) {
      await page[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #start({ bind, ...options }: LivePageOptions, context: SocketContext): Promise<void> {
    this.#collector.onMessage = (message) => this.#take(message);
    this.telemetry = await this.#collector.bind(bind, context);
    this.#server = new PageServer({
      ...options,
      telemetry: this.telemetry,
      snapshot: () => this.#state.snapshot(),
      onWatch: (isWatching) => this.#collector.watch(isWatching),
    });
    this.url = await this.#server.listen();
  }

  /** Shows what the control does. */
  tell(message: ControlMessage): void {
    this.#take(message);
  }

  /**
   * Goes on until the signal is aborted.
   *
   * @throws The signal's reason.
   */
  async serve(signal: AbortSignal): Promise<never> {
    signal.throwIfAborted();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#collector[Symbol.dispose]();
    await this.#server?.[Symbol.asyncDispose]();
  }

  #take(message: LiveMessage): void {
    this.#state.apply(message, Date.now());
    this.#server?.tell(message);
  }
}
