/** How a ZMTP 3.0 connection begins: signature, version, mechanism. */
export function greeting(mechanism: string): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write("ff00000000000000017f0300", "hex");
  bytes.write(mechanism, 12);
  return bytes;
}
