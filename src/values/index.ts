// Front door of values: what Harn values are while a program runs. Pure; ctx is opaque here.
// Kinds of value

// Parts and methods
export {
  contains,
  index,
  optionalIndex,
  optionalProperty,
  property,
  setIndex,
  setProperty,
  size,
  slice,
} from './access.ts';
// Operators
export { add, div, mod, mul, neg, pow, sub } from './arithmetic.ts';
// JSON
export { type Base64Options, decodeBase64, encodeBase64 } from './base64.ts';
export { callMethod as callMethodS } from './callbacks/dispatch.ts';
export { callMethod } from './callbacks-sync/dispatch.ts';
export { decodeValue, encodeValue, type FindStruct } from './codec.ts';
export { compare, greaterOrEqual, greaterThan, lessOrEqual, lessThan } from './compare.ts';
export { asDecimal, asDecimals, decimalOf, HarnDecimal } from './decimal.ts';
// Dicts and texts
export {
  dictCopy,
  dictEntries,
  dictFrom,
  dictGet,
  dictHas,
  dictKeys,
  dictMerge,
  dictPut,
  dictRemove,
  dictSet,
  dictSize,
  dictValues,
  type MutableDict,
} from './dict.ts';
export { display, formatFloat } from './display.ts';
export { HarnDuration } from './duration.ts';
export { HarnEnum, isVariant, makeEnum } from './enum.ts';
export { equal, same } from './equal.ts';
// Failure
export { fail } from './errors.ts';
// Functions
export {
  arityOf,
  call,
  callSync,
  describeFunction,
  type FunctionMeta,
  finishWithoutSuspending,
  functionMeta,
  isSuspending,
} from './function.ts';
// Types at run time
export {
  accepts,
  checkParameter,
  dictOf,
  enumOf,
  type Guard,
  guardNamed,
  listOf,
  literalOf,
  type ShapeField,
  shapeOf,
  structOf,
  unionOf,
} from './guard.ts';
export { fromJson, jsonParse, jsonStringify, plainForm, toJson, toKeptJson } from './json.ts';
export { contentText, identityNumber, structuralKey } from './key.ts';
export { HarnPair } from './pair.ts';
export { HarnRange, makeRange } from './range.ts';
export { err, expectResult, isErr, isOk, isResult, ok, payload, wrapOk } from './result.ts';
// Sets, iteration, generators
export { HarnSet, makeSet } from './set.ts';
export {
  END,
  HarnIter,
  HarnSource,
  iterate,
  iterOver,
  nextResult,
  type Pulled,
  toIter,
} from './source.ts';
export { Emit, HarnGenerator, makeGenerator, makeStream } from './stream.ts';
export { charAt, charCount, chars, compareStrings } from './string.ts';
export {
  defineStruct,
  fieldNames,
  fieldOf,
  HarnStruct,
  makeStruct,
  type StructClass,
  type StructType,
  structToDict,
  structType,
  withField,
} from './struct.ts';
// What generated code calls
export {
  type CallContext,
  SUPPORT_ABI,
  type Support,
  support,
  translateError,
} from './support.ts';
export {
  caught,
  engineLimit,
  HarnAbort,
  HarnThrow,
  renewThrowStacks,
  retried,
  type Site,
  uncaughtText,
} from './thrown.ts';
export { truthy } from './truthy.ts';
export {
  asDouble,
  type Ctx,
  DISPLAY,
  type Dict,
  EQUAL,
  type HarnFunction,
  HarnObject,
  HFloat,
  intFromNumber,
  isBytes,
  isDict,
  isFloat,
  isFunction,
  isInt,
  isList,
  isNumber,
  KIND,
  type List,
  MAX_INT,
  METHODS,
  type Method,
  type MethodTable,
  MIN_INT,
  makeFloat,
  makeInt,
  PROPERTY,
  type Steps,
  type SuspendingFunction,
  type SyncFunction,
  TRUTHY,
  typeOf,
  type Value,
} from './value.ts';
