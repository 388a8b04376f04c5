// Keeps the beginning of a stream and knows whether there was more.

export class OutputCollector {
  readonly #limitBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #keptBytes = 0;
  #truncated = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  add(bytes: Uint8Array): void {
    const room = this.#limitBytes - this.#keptBytes;
    if (bytes.length > room) this.#truncated = true;
    if (room <= 0) return;
    const kept = bytes.subarray(0, room);
    this.#chunks.push(kept);
    this.#keptBytes += kept.length;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /** UTF-8 with U+FFFD for what is not. */
  text(): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const parts = this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
    return parts.join('') + decoder.decode();
  }
}
