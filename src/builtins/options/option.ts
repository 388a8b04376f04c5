// What the options of builtins are called: tables by row, beside the code that reads them, loaded only by tools. A table of
// options that TypeScript knows as a type is held to that type; a test calls rows with every name of the others.
import type { OptionBag } from '../../lang/builtin-spec.ts';

/** An option: its type in Harn's syntax, and what it is for in one line. */
export type OptionText = readonly [type: string, doc: string];

/** Options by name. */
export type OptionTexts = { readonly [name: string]: OptionText };

/** A text for every option of a type: one that is missing, or too many, does not compile. */
export type TextsOf<T> = { readonly [K in keyof Required<T>]: OptionText };

/** The bags of each row. */
export type RowOptions = { readonly [row: string]: readonly OptionBag[] };

/** Options of the parameter `options`, or of the one that is named. */
export function bag(texts: OptionTexts, param = 'options'): OptionBag {
  const options = Object.entries(texts).map(([name, [type, doc]]) => ({ name, type, doc }));
  return { param, options };
}

/** The same options for several rows. */
export function rows(names: readonly string[], ...bags: readonly OptionBag[]): RowOptions {
  return Object.fromEntries(names.map((name) => [name, bags]));
}
