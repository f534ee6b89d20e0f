import { frameText } from "../sockets/frames.js";

/** Prints text on stdout, as `printf` does: without a line end of its own. */
export type Print = (text: string) => void;

/**
 * A frame from the network as text that is safe to print: control characters as `\x1b`, at most 80 characters.
 * A missing frame is empty.
 */
export function printable(frame: Buffer | undefined): string {
  // Four bytes a character at most; a hostile frame of megabytes need not be decoded
  const enough = 4 * (LONGEST + 1);
  const text =
    frame === undefined ? "" : frameText(frame.length > enough ? frame.subarray(0, enough) : frame);
  if (text.length <= LONGEST && /^[ -~]*$/.test(text)) return text;
  const characters = Array.from(text);
  const short = characters.slice(0, LONGEST).join("") + (characters.length > LONGEST ? "…" : "");
  return short.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

const LONGEST = 80;
