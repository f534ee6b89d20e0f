/** Z85 (RFC 32, https://rfc.zeromq.org/spec/32/): how ZeroMQ writes keys as text, five characters for four bytes. */
const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** @param bytes As many as a multiple of four. */
export function z85Encode(bytes: Buffer): string {
  let text = "";
  for (let offset = 0; offset < bytes.length; offset += 4) {
    const number = bytes.readUInt32BE(offset);
    for (let power = 85 ** 4; power >= 1; power /= 85) text += DIGITS[Math.trunc(number / power) % 85];
  }
  return text;
}

/** Whether a text is a CURVE key: 32 bytes in Z85. */
export function isKey(text: string): boolean {
  return /^[-0-9a-zA-Z.:+=^!/*?&<>()[\]{}@%$#]{40}$/.test(text);
}
