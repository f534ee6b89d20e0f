export { Batch } from "./batch.js";
export { type Counted, type CountedJobs, Sink, type SinkOptions } from "./sink.js";
export { type Failure, type ToWorker, Ventilator, type VentilatorOptions } from "./ventilator.js";
export { type Frames, type Line, MAX_TEXT } from "./wire.js";
export { Worker, type WorkerOptions } from "./worker.js";
