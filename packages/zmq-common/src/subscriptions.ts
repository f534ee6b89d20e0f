/** Whether a subscription matches a message: when its first frame begins with it (`ZMQ_SUBSCRIBE`). */
export function matches(subscription: string, message: readonly Buffer[]): boolean {
  const prefix = Buffer.from(subscription);
  return message[0]?.subarray(0, prefix.length).equals(prefix) ?? false;
}
