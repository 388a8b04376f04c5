// Examples of the methods of built-in values, by kind and name: `list.map`. Like the others they load only where they are read.
import type { Examples } from './example.ts';
import { METHODS_OF_COLLECTIONS } from './methods-of-collections.ts';
import { METHODS_OF_ITERATORS } from './methods-of-iterators.ts';
import { METHODS_OF_LISTS } from './methods-of-lists.ts';
import { METHODS_OF_STRINGS } from './methods-of-strings.ts';

export const METHOD_EXAMPLES: Examples = {
  ...METHODS_OF_COLLECTIONS,
  ...METHODS_OF_ITERATORS,
  ...METHODS_OF_LISTS,
  ...METHODS_OF_STRINGS,
};
