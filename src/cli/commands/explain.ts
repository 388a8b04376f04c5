// `harn explain`: what an error code means and what to do about it.
import type { ErrorDoc } from '../../base/index.ts';
import type { Command } from '../command.ts';
import { allErrorDocs } from '../error-tables.ts';
import { usageErrors } from '../errors.ts';
import { type Output, oneLine } from '../output.ts';
import { nearest } from '../suggest.ts';

export const explain: Command = {
  async run(args, { output }) {
    const docs = await allErrorDocs();
    const typed = args.positionals[0];
    if (args.has('list')) return list(output, docs, args.has('json'));
    if (typed === undefined) {
      throw usageErrors.missingArgument({ argument: 'CODE', command: 'harn explain' });
    }
    const doc = docs.find(({ code }) => code === fullCode(typed));
    if (doc === undefined) {
      const codes = docs.map(({ code }) => code);
      throw usageErrors.unknownCode({ code: typed, suggestion: nearest(fullCode(typed), codes) });
    }
    if (args.has('json')) output.json(toJson(doc));
    else print(output, doc);
    return 0;
  },
};

/** `run-2`, `RUN-002` and `harn-run-002` mean HARN-RUN-002. */
function fullCode(typed: string): string {
  const [number = '', ...families] = typed.toUpperCase().split('-').reverse();
  const family = families.filter((part) => part !== 'HARN').join('-');
  return `HARN-${family}-${number.padStart(3, '0')}`;
}

function list(output: Output, docs: readonly ErrorDoc[], json: boolean): number {
  if (json) output.json({ codes: docs.map(toJson) });
  else for (const doc of docs) output.line(`${doc.code}  ${oneLine(doc.message ?? doc.name, 100)}`);
  return 0;
}

function toJson({ code, name, message, hint, help }: ErrorDoc) {
  return { code, name, message: message ?? null, hint: hint ?? null, help: help ?? null };
}

function print(output: Output, { code, name, message, hint, help }: ErrorDoc): void {
  output.line(`${output.style('bold', code)} (${name})`);
  output.line();
  if (message !== undefined) output.line(`  ${message}`);
  if (hint !== undefined) output.line(`\nWhat to do: ${hint}.`.replace(/\.\.$/, '.'));
  if (help !== undefined) output.line(`\n${help}`);
}
