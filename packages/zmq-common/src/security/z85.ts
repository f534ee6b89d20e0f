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
  const numbers = text.match(/[-0-9a-zA-Z.:+=^!/*?&<>()[\]{}@%$#]{5}/g) ?? [];
  return (
    text.length === 40 && numbers.length === 8 && numbers.every((digits) => fromDigits(digits) < 2 ** 32)
  );
}

function fromDigits(text: string): number {
  let number = 0;
  for (const digit of text) number = number * 85 + DIGITS.indexOf(digit);
  return number;
}
