// The dict of options that a builtin takes last. A name it does not know is refused: a misspelt option would be silently ignored.
import { nearestName } from '../base/index.ts';
import { type Dict, dictKeys, isDict, typeOf, type Value } from '../values/index.ts';
import { wrong } from './errors.ts';

/** The options as they are; none for nil. */
export function optionBag(builtin: string, options: Value, names: readonly string[]): Dict {
  if (options === null) return {};
  if (!isDict(options)) throw wrong.options({ kind: typeOf(options) });
  const stranger = dictKeys(options).find((key) => !names.includes(key));
  if (stranger === undefined) return options;
  const meant = nearestName(stranger, names);
  const detail = `unknown option ${stranger}${meant === undefined ? `; there are ${names.join(', ')}` : `, did you mean ${meant}?`}`;
  throw wrong.argument({ builtin, detail });
}
