// What a predicate over changes says (`flow_*`): a verdict, what it rests on, what would mend it, how sure it is. Data
// only; who evaluates predicates decides what follows from them.
import {
  type Ctx,
  type Dict,
  dictFrom,
  dictGet,
  display,
  HFloat,
  isDict,
  isList,
  type Value,
} from '../values/index.ts';
import { toNumber } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

export function flowRows(): readonly BuiltinRow[] {
  return [...verdictRows(), ...evidenceRows(), ...withRows(), ...readRows()];
}

const dict = (fields: { readonly [name: string]: Value }): Dict => dictFrom(Object.entries(fields));

function result(verdict: { readonly [name: string]: Value }): Dict {
  return dict({
    _type: 'invariant_result',
    verdict: dict(verdict),
    evidence: [],
    remediation: null,
    confidence: new HFloat(1),
  });
}

function verdictRows(): readonly BuiltinRow[] {
  return [
    builtin('flow_invariant_allow() -> dict', { doc: 'Nothing stands against it.' }, () =>
      result({ kind: 'allow' }),
    ),
    builtin(
      'flow_invariant_warn(reason: string) -> dict',
      { doc: 'It may pass, and somebody should know why it is not quite right.' },
      (_: Ctx, reason: Value) => result({ kind: 'warn', reason: display(reason) }),
    ),
    builtin(
      'flow_invariant_block(code: string, message: string) -> dict',
      { doc: 'It must not pass: a code for programs and a message for people.' },
      (_: Ctx, code: Value, message: Value) =>
        result({
          kind: 'block',
          error: dict({ code: display(code), message: display(message) }),
        }),
    ),
    builtin(
      'flow_invariant_require_approval(kind: string, who: string) -> dict',
      { doc: 'It may pass when a `principal` (by id) or somebody with a `role` (by name) agrees.' },
      (_: Ctx, kind: Value, who: Value) => {
        const named = display(who);
        if (kind !== 'principal' && kind !== 'role') {
          throw badKind('flow_invariant_require_approval', 'kind must be "principal" or "role"');
        }
        const approver = kind === 'principal' ? { kind, id: named } : { kind, name: named };
        return result({ kind: 'require_approval', approver: dict(approver) });
      },
    ),
  ];
}

function evidenceRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'flow_evidence_atom(atom: string, start: int, end: int) -> dict',
      { doc: 'A span of bytes of one change, named by the 64 hex digits of its id.' },
      (_: Ctx, atom: Value, start: Value, end: Value) => {
        if (!/^[0-9a-f]{64}$/i.test(display(atom))) {
          throw badKind('flow_evidence_atom', 'the atom must be 64 hex digits');
        }
        return dict({ kind: 'atom_pointer', atom, diff_span: span(start, end) });
      },
    ),
    builtin(
      'flow_evidence_metadata(directory: string, namespace: string, key: string) -> dict',
      { doc: 'A key of the metadata of a folder.' },
      (_: Ctx, directory: Value, namespace: Value, key: Value) =>
        dict({ kind: 'metadata_path', directory, namespace, key }),
    ),
    builtin(
      'flow_evidence_transcript(transcript_id: string, start: int, end: int) -> dict',
      { doc: 'A span of a transcript.' },
      (_: Ctx, transcript_id: Value, start: Value, end: Value) =>
        dict({ kind: 'transcript_excerpt', transcript_id, span: span(start, end) }),
    ),
    builtin(
      'flow_evidence_citation(url: string, quote: string, fetched_at: string) -> dict',
      { doc: 'Something that stands elsewhere, with its words and when they were read.' },
      (_: Ctx, url: Value, quote: Value, fetched_at: Value) =>
        dict({ kind: 'external_citation', url, quote, fetched_at }),
    ),
    builtin(
      'flow_remediation(description: string) -> dict',
      { doc: 'What would mend it, in words. Nobody applies it by itself.' },
      (_: Ctx, description: Value) => dict({ description: display(description) }),
    ),
  ];
}

function span(start: Value, end: Value): Dict {
  return dict({ start, end });
}

function withRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'flow_with_evidence(result: dict, evidence: list) -> dict',
      { doc: 'The result with what it rests on.' },
      (_: Ctx, given: Value, evidence: Value) => {
        if (!isList(evidence)) throw badKind('flow_with_evidence', 'evidence must be a list');
        return changed('flow_with_evidence', given, { evidence });
      },
    ),
    builtin(
      'flow_with_remediation(result: dict, remediation: dict) -> dict',
      { doc: 'The result with what would mend it.' },
      (_: Ctx, given: Value, remediation: Value) =>
        changed('flow_with_remediation', given, { remediation }),
    ),
    builtin(
      'flow_with_confidence(result: dict, confidence: float) -> dict',
      {
        doc: 'The result with how sure it is, from 0 to 1; anything beyond counts as the nearer end.',
      },
      (_: Ctx, given: Value, confidence: Value) => {
        const sure = Math.min(1, Math.max(0, toNumber(confidence, 1)));
        return changed('flow_with_confidence', given, { confidence: new HFloat(sure) });
      },
    ),
  ];
}

function readRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'flow_invariant_kind(result: dict) -> string',
      { doc: '`allow`, `warn`, `block` or `require_approval`.' },
      (_: Ctx, given: Value) => kindOf('flow_invariant_kind', given),
    ),
    builtin(
      'flow_invariant_is_blocking(result: dict) -> bool',
      { doc: 'Whether it must not pass.' },
      (_: Ctx, given: Value) => kindOf('flow_invariant_is_blocking', given) === 'block',
    ),
    builtin(
      'flow_invariant_confidence(result: dict) -> float',
      { doc: 'How sure a result is, from 0 to 1.' },
      (_: Ctx, given: Value) =>
        dictGet(known('flow_invariant_confidence', given), 'confidence') ?? new HFloat(1),
    ),
  ];
}

function kindOf(name: string, given: Value): string {
  const verdict = dictGet(known(name, given), 'verdict') ?? null;
  return isDict(verdict) ? display(dictGet(verdict, 'kind') ?? null) : '';
}

function known(name: string, given: Value): Dict {
  if (isDict(given) && dictGet(given, '_type') === 'invariant_result') return given;
  throw badKind(name, 'the first argument must be an invariant result');
}

function changed(name: string, given: Value, fields: { readonly [name: string]: Value }): Dict {
  const before = Object.entries(known(name, given)) as [string, Value][];
  return dictFrom([...before, ...Object.entries(fields)]);
}

function badKind(name: string, detail: string): Error {
  return wrong.argument({ builtin: name, detail });
}
