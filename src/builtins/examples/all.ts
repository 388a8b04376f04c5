// All examples. They are read by `harn docs` and by the test that runs every one of them, and load only there.
import type { Examples } from './example.ts';

/** Every example, by the name of its row. */
export const EXAMPLES: Examples = {};
