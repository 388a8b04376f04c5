// Types of rooms.mjs, for the tests.
export const RUNTIME_ORDER: readonly string[];
