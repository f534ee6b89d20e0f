/** A frame as text: UTF-8, cut at the first NUL as a C string is. */
export function frameText(frame: Buffer): string {
  const end = frame.indexOf(0);
  return frame.toString("utf8", 0, end === -1 ? frame.length : end);
}
