// Every error code there is, from the tables of the rooms. `harn explain` reads them here.
import type { ErrorDoc } from '../base/index.ts';
import { engineErrors, loadPackTools, promptErrors, sourceErrors } from '../engine/index.ts';
import {
  flowErrors,
  importErrors,
  lexErrors,
  loadLangTools,
  matchErrors,
  moduleErrors,
  nameErrors,
  ownErrors,
  parseErrors,
  recoveryErrors,
  typeErrors,
} from '../lang/index.ts';
import { sto } from '../store/index.ts';
import { scenarioErrors } from '../testing/index.ts';
import { fail } from '../values/index.ts';
import { cliErrors, usageErrors } from './errors.ts';
import { lspErrors } from './lsp/errors.ts';
import { runtimeValues } from './runtime-doors.ts';
import { testErrors } from './testing/errors.ts';

interface ErrorTable {
  readonly $docs: readonly ErrorDoc[];
}

/** Every code, sorted. */
export async function allErrorDocs(): Promise<readonly ErrorDoc[]> {
  const { packErrors } = await loadPackTools();
  const { fixErrors, formatErrors, lintErrors, templateRules } = await loadLangTools();
  const tables: readonly ErrorTable[] = [
    usageErrors,
    cliErrors,
    lspErrors,
    testErrors,
    scenarioErrors,
    engineErrors,
    sourceErrors,
    packErrors,
    formatErrors,
    lintErrors,
    templateRules,
    promptErrors,
    fixErrors,
    lexErrors,
    parseErrors,
    nameErrors,
    ownErrors,
    importErrors,
    moduleErrors,
    flowErrors,
    recoveryErrors,
    typeErrors,
    matchErrors,
    fail,
    sto,
    ...runtimeValues().filter(isTable),
  ];
  const docs = tables.flatMap((table) => table.$docs);
  return docs.sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** Rooms of the runtime publish their tables at their front doors as they come. */
function isTable(value: unknown): value is ErrorTable {
  return typeof value === 'object' && value !== null && '$docs' in value;
}
