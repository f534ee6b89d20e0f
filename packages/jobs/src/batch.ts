/** A batch: its id, and the payload of every job, in the bytes that the journal keeps them in. */
export class Batch {
  /** 16 hex digits. */
  readonly id: string;
  readonly #bytes: Buffer;
  /** Where each payload begins, and the last one ends. Objects or strings would take several times the memory. */
  readonly #starts: Uint32Array;

  /** @param bytes A payload a line, each ended by a line feed. */
  constructor(id: string, bytes: Buffer) {
    this.id = id;
    this.#bytes = bytes;
    let jobs = 0;
    for (const byte of bytes) if (byte === LINE_FEED) jobs += 1;
    this.#starts = new Uint32Array(jobs + 1);
    for (let n = 0; n < jobs; n++) {
      this.#starts[n + 1] = bytes.indexOf(LINE_FEED, this.#starts[n]) + 1;
    }
  }

  /** How many jobs it has. */
  get jobs(): number {
    return this.#starts.length - 1;
  }

  /** The payloads of jobs that follow one another, a line each. */
  lines(first: number, last: number): Buffer {
    return this.#bytes.subarray(this.#starts[first], this.#starts[last + 1]);
  }

  /** How many bytes {@link lines} would have. */
  size(first: number, last: number): number {
    return (this.#starts[last + 1] ?? 0) - (this.#starts[first] ?? 0);
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

const LINE_FEED = 0x0a;
