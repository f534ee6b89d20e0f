/** A batch: its id, and the payload of every job, in the bytes that the journal keeps them in. */
export class Batch {
  /** 16 hex digits. */
  readonly id: string;
  readonly #bytes: Buffer;
  /** Where each payload begins. An array of objects or strings would take several times the memory. */
  readonly #starts: Float64Array;

  /** @param bytes A payload a line, each ended by a line feed. */
  constructor(id: string, bytes: Buffer) {
    this.id = id;
    this.#bytes = bytes;
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; at = bytes.indexOf("\n", at) + 1) starts.push(at);
    this.#starts = Float64Array.from([...starts, bytes.length]);
  }

  /** How many jobs it has. */
  get jobs(): number {
    return this.#starts.length - 1;
  }

  /** A job's payload, as latin1. */
  payload(id: number): string {
    return this.#bytes.toString("latin1", this.#starts[id], (this.#starts[id + 1] ?? 0) - 1);
  }

  /** All payloads: the bytes that it was made from. */
  get bytes(): Buffer {
    return this.#bytes;
  }
}
