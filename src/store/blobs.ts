// Payloads too large for an event, kept once by content hash. Written by `tx.putBlob` in the transaction of the event
// that names them, so a reference never dangles.

/** The reading side of blobs. */
export interface Blobs {
  /** The bytes whose hex SHA-256 this is. Missing or damaged content is an error. */
  getBlob(hash: string): Promise<Uint8Array>;
  hasBlob(hash: string): Promise<boolean>;
}
