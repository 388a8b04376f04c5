// The compiler's version, apart from the compiler, which start-up does without.

/** Part of every cache key: two versions of the compiler never share a result. */
export const COMPILER_VERSION = '0.1.0';
