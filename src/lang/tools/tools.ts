// What `loadLangTools` gives.
export { formatErrors } from './errors.ts';
export { DEFAULT_LINE_WIDTH, format } from './format/format.ts';
