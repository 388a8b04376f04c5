// The type phase as a whole: every declared type of the program gets its name, then each module is walked, dependencies
// first, so that what an import brings in is known. A module that did not parse is walked without being judged.
import type { Node } from '../../ast.ts';
import type { ModuleRecord } from '../records.ts';
import { BuiltinTypes } from './builtins.ts';
import { ModuleTypes, ProgramTypes } from './module-types.ts';
import type { Type } from './type.ts';
import { Walker } from './walker.ts';

export interface TypeOptions {
  /** Modules whose findings are left out: they did not parse. */
  readonly unjudged: ReadonlySet<ModuleRecord>;
  /** Whether the type of every expression is kept, for tools. */
  readonly keep: boolean;
  /** Whether values from outside must be checked before something is read from them. */
  readonly strictTypes: boolean;
}

/** Gives every name of the modules a type and reports what cannot be right. */
export function checkTypes(modules: readonly ModuleRecord[], options: TypeOptions): void {
  const { unjudged, keep, strictTypes } = options;
  const program = new ProgramTypes();
  const builtins = new BuiltinTypes();
  for (const record of modules) {
    const module = new ModuleTypes(program, record);
    program.modules.set(record.source.id, module);
    module.own = module.declare(record.module.body, module.scope, () => undefined);
  }
  for (const module of program.modules.values())
    module.declareImpls(module.record.module.body, module.scope);
  for (const module of program.modules.values()) {
    const { record } = module;
    const types = keep ? new Map<Node, Type>() : undefined;
    const isJudged = !unjudged.has(record);
    const isStrict = strictTypes && !record.source.id.startsWith('std/');
    new Walker(program, module, builtins, { isJudged, checksBoundaries: isStrict, types }).run();
    record.types = types;
  }
}
