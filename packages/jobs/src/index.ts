export { JournalError } from "./append-file.js";
export { Batch } from "./batch.js";
export { Inbox, type Turn } from "./inbox.js";
export { type BatchOptions, describeCost, InputError, openBatch } from "./input.js";
export { JobRunner, type JobRunnerOptions } from "./job-runner.js";
export { measureSink, measureVentilator, measureWorker } from "./metrics.js";
export { Output } from "./output.js";
export { DeadJobsError, logProgress, SinkDisplay, type SinkProgress } from "./progress.js";
export { BufferedPrint, CommandError, JobError, runJob, type RunJob } from "./run-job.js";
export { type Counted, type CountedJobs, Sink, type SinkOptions } from "./sink.js";
export { openSinkJournal, SinkJournal } from "./sink-journal.js";
export { FreshDealer, post, reportLostPeers, sendTo, whileConnected } from "./sockets.js";
export {
  type Failure,
  RefusedBatchError,
  type ToWorker,
  Ventilator,
  type VentilatorOptions,
} from "./ventilator.js";
export { VentilatorJournal } from "./ventilator-journal.js";
export { type Frames, type Line, MAX_TEXT } from "./wire.js";
export { Worker, type WorkerOptions } from "./worker.js";
