/** Loaded into a worker, makes its sleep four times as long: `node --import …`. */
const SLOWER = 4;

/** What `node --import` takes: the module itself, as it is short. */
export const SLOW_MODULE = `data:text/javascript,const{setTimeout:t}=globalThis;globalThis.setTimeout=(f,ms,...a)=>t(f,${SLOWER}*ms,...a)`;
