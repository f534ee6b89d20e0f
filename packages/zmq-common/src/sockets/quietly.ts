/** Sets an option for the next endpoint. zeromq.js warns the user that earlier ones keep what they have, as they should. */
export function setQuietly(set: () => void): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  try {
    set();
  } finally {
    process.emitWarning = emitWarning;
  }
}
