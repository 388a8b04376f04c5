// Front door of base: no domain, no I/O, imports nothing but itself.
// Errors and diagnostics
export { assertNever, bug } from './assert.ts';
export { defineErrors, type ErrorAt, type ErrorDoc, type ErrorRow, row } from './catalog.ts';
// Ports: time and chance
export { type Clock, ManualClock, systemClock } from './clock.ts';
// Values
export {
  DECIMAL_PATTERN,
  DECIMAL_ROUNDINGS,
  Decimal,
  type DecimalData,
  type DecimalInput,
  type DecimalRounding,
  dataJson,
  dataText,
  isRounding,
  MAX_DECIMAL_DIGITS,
  plainData,
} from './decimal.ts';
// Control
export { createDeferred, type Deferred } from './deferred.ts';
export {
  CompileError,
  type Diagnostic,
  DiagnosticSink,
  type FrameOptions,
  renderDiagnostic,
  type Severity,
} from './diagnostic.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { type ErrorFields, type ErrorNote, HarnError } from './error.ts';
export { decimalErrors } from './errors.ts';
export {
  CHECK_START,
  type CheckState,
  checkEnd,
  checkHash,
  checkMore,
  type DigestAlgorithm,
  digest,
  hmac,
  keyedHash,
  sha256,
  shortHash,
} from './hash.ts';
export {
  canonicalJson,
  copyPlain,
  isJsonObject,
  isLongerThan,
  type Json,
  type JsonObject,
  KEPT,
  type NotPlain,
  ownEntry,
} from './json.ts';
export { isOvertaken, letGo, overtake } from './overtaken.ts';
export { type Random, seededRandom, systemRandom, uuidV4, uuidV7 } from './random.ts';
export { Scope } from './scope.ts';
export {
  agreeX25519,
  type JwsAlgorithm,
  KEY_BYTES,
  type KeyCurve,
  publicKey,
  signEd25519,
  signJws,
  verifyEd25519,
  verifyJws,
} from './signature.ts';
// Texts
export { LineIndex, type Position, type Source, type Span } from './source.ts';
// Did you mean
export { editDistance, nearestName, toleranceFor } from './suggest.ts';
