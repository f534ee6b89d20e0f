/** What a live page is told. */

/** Has the page open until it was told what matches each of the patterns. */
export async function untilTold(url: string, patterns: readonly RegExp[]): Promise<void> {
  const closing = new AbortController();
  const response = await fetch(new URL("/events", url), { signal: closing.signal });
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (patterns.every((pattern) => pattern.test(text))) break;
  }
  closing.abort();
}
