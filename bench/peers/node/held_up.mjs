// Preloaded into a program (node --import): prints how long its event loop was held up at most, in milliseconds,
// within as many as HELD_UP says, from when it has come up to speed
import { monitorEventLoopDelay } from "node:perf_hooks";

const SPEED_IS_UP = 500;
const RESOLUTION = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });

setTimeout(() => {
  delay.enable();
  setTimeout(() => {
    console.log(`held up ${Math.max(0, delay.max / 1e6 - RESOLUTION)}`);
  }, Number(process.env.HELD_UP));
}, SPEED_IS_UP);
