// The real host, by itself: what `import()` names is loaded whole, and the whole runtime is more than a command needs.
export { createNodeHost } from '../runtime/host/index.ts';
