// Consumer positions: the last id of a topic a named consumer is done with. A saved integer, nothing more; writing it
// in the transaction of the work it stands for is what makes consumption exactly-once.

/** The reading side of cursors; `tx.setCursor` writes. */
export interface Cursors {
  /** The saved position; 0 when the consumer has none. */
  cursor(topic: string, consumer: string): Promise<number>;
}
