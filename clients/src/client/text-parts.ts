/** Reads the body of an answer as text, part by part as it arrives. */
export async function* textParts(response: Response): AsyncGenerator<string> {
  // React Native, and stand-ins for `fetch`, have no streams.
  const reader = response.body?.getReader?.();
  if (!reader) {
    yield await response.text();
    return;
  }
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    const text = decoder.decode(value, { stream: !done });
    if (text) yield text;
    if (done) return;
  }
}
