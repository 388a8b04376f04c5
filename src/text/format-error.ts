// What readers of formats say when a text or bytes are not what they should be.

/** A text or bytes that are not of the format; the message says where and why. */
export class FormatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FormatError';
  }
}
