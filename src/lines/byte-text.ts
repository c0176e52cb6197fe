/**
 * Text from token bytes. A token may end inside a character; its bytes wait for the rest. Bytes that can
 * never become a character turn into U+FFFD.
 */
export class ByteText {
  #decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  #text = '';

  get text(): string {
    return this.#text;
  }

  /** Returns the characters that became complete. */
  push(bytes: Uint8Array): string {
    const added = this.#decoder.decode(bytes, { stream: true });
    this.#text += added;
    return added;
  }
}
