// Preloaded into a program (node --import): prints the maximum delay of its event loop, in milliseconds, within as
// many as EVENT_LOOP_DELAY says, from when it has come up to speed
import { monitorEventLoopDelay } from "node:perf_hooks";

const SPEED_IS_UP = 500;
const RESOLUTION = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });

setTimeout(() => {
  delay.enable();
  setTimeout(() => {
    console.log(`event-loop delay ${Math.max(0, delay.max / 1e6 - RESOLUTION)}`);
  }, Number(process.env.EVENT_LOOP_DELAY));
}, SPEED_IS_UP);
