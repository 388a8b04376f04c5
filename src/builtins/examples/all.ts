// All examples. They are read by `harn docs` and by the test that runs every one of them, and load only there.
import { AROUND_RUN_EXAMPLES } from './around-runs.ts';
import type { Examples } from './example.ts';
import { FORMAT_EXAMPLES } from './formats-and-keys.ts';
import { HTTP_EXAMPLES } from './http-and-cookies.ts';

/** Every example, by the name of its row. */
export const EXAMPLES: Examples = { ...AROUND_RUN_EXAMPLES, ...FORMAT_EXAMPLES, ...HTTP_EXAMPLES };
