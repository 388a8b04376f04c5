// Modules of the reference interpreter: imports, what a module declares, and which part of the entry file runs.
import type {
  FunctionDeclaration,
  ImportDeclaration,
  LetStatement,
  Module,
  PipelineDeclaration,
  Statement,
} from '../../src/lang/ast.ts';
import { call, type Steps, type Value } from '../../src/values/index.ts';
import { type Cell, Scope } from './environment.ts';
import { runBody } from './functions.ts';
import { Frame, type Task } from './machine.ts';
import { namesOf } from './patterns.ts';
import { NotModelled, ReturnSignal, TailCall } from './signals.ts';
import { declareAll, runDeclared, runStatement } from './statements.ts';

/** Finds the module that a file imports by a path. */
export type Resolve = (path: string, from: Module) => Module | undefined;

type Exports = ReadonlyMap<string, Cell>;

/** Loads modules once each, dependencies first. */
export class Modules {
  readonly #resolve: Resolve;
  readonly #loaded = new Map<Module, Exports>();

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  /** Runs the entry file: its pipeline, else its `fn main`, else its statements. */
  *runEntry(module: Module, task: Task): Steps {
    const outer = new Scope(undefined, module.edition);
    const scope = new Scope(outer);
    const frame = moduleFrame(task);
    yield* this.#bringImports(module, outer, frame);
    declareAll(module.body, scope, 'module');
    const pipelines = module.body.filter((s) => s.kind === 'PipelineDeclaration');
    const pipeline = pipelines.find(({ name }) => name === 'default') ?? pipelines[0];
    if (pipeline !== undefined) {
      yield* runVariables(module, scope, frame);
      return yield* runPipeline(pipeline, pipelines, scope, task);
    }
    const main = module.body.find(isMain);
    if (main !== undefined) {
      yield* runVariables(module, scope, frame);
      return yield* call(scope.own('main')[0]?.value as Value, task, [null]);
    }
    return yield* runScript(module, scope, frame);
  }

  *#load(module: Module, task: Task): Steps<Exports> {
    const known = this.#loaded.get(module);
    if (known !== undefined) return known;
    const outer = new Scope(undefined, module.edition);
    const scope = new Scope(outer);
    const exports = new Map<string, Cell>();
    this.#loaded.set(module, exports);
    declareAll(module.body, scope, 'module');
    for (const name of exportedNames(module)) {
      const cell = scope.own(name)[0];
      if (cell !== undefined) exports.set(name, cell);
    }
    const frame = moduleFrame(task);
    yield* this.#bringImports(module, outer, frame, exports);
    yield* runVariables(module, scope, frame);
    return exports;
  }

  /** Loads what a file imports, and puts the names into the scope around its own declarations, which hide them. */
  *#bringImports(module: Module, outer: Scope, frame: Frame, exports?: Map<string, Cell>): Steps {
    for (const declaration of module.body.filter((s) => s.kind === 'ImportDeclaration')) {
      const target = this.#resolve(declaration.path, module);
      if (target === undefined) throw new NotModelled(`import of ${declaration.path}`);
      const available = yield* this.#load(target, frame.task);
      for (const [name, cell] of importedCells(declaration, available)) {
        outer.add(cell, name);
        if (declaration.pub) exports?.set(name, cell);
      }
    }
    return null;
  }
}

function moduleFrame(task: Task): Frame {
  const frame = new Frame(task);
  frame.pending += 1;
  return frame;
}

function importedCells(declaration: ImportDeclaration, from: Exports): [string, Cell][] {
  if (declaration.names === undefined) return [...from];
  return declaration.names.map(({ name, local }) => {
    const cell = from.get(name);
    if (cell === undefined) throw new NotModelled(`import of the private name ${name}`);
    return [local, cell];
  });
}

/** What is public: all that says `pub`; in older files without any `pub`, every function. */
function exportedNames(module: Module): string[] {
  const isPublic = (s: Statement): boolean => 'pub' in s && s.pub && s.kind !== 'ImportDeclaration';
  const marked = module.body.filter(isPublic).flatMap(declaredNames);
  const hasPub = module.body.some((s) => 'pub' in s && s.pub);
  if (hasPub || module.edition !== '0.7') return marked;
  return module.body.filter((s) => s.kind === 'FunctionDeclaration').map(({ name }) => name);
}

function declaredNames(statement: Statement): string[] {
  if (statement.kind === 'LetStatement') return namesOf(statement.pattern).map(({ name }) => name);
  return 'name' in statement ? [statement.name] : [];
}

function* runVariables(module: Module, scope: Scope, frame: Frame): Steps {
  const isVariable = (s: Statement): s is LetStatement => s.kind === 'LetStatement';
  for (const statement of module.body.filter(isVariable))
    yield* runStatement(statement, scope, frame);
  return null;
}

function isMain(statement: Statement): statement is FunctionDeclaration {
  return statement.kind === 'FunctionDeclaration' && statement.name === 'main';
}

/** A file without pipeline and main: its statements in order, its value nil. */
function* runScript(module: Module, scope: Scope, frame: Frame): Steps {
  try {
    yield* runDeclared(module.body, scope, frame);
  } catch (signal) {
    if (!(signal instanceof ReturnSignal)) throw signal;
  }
  return null;
}

/** The body of the pipeline, after that of the pipeline it extends, in one scope. */
function* runPipeline(
  pipeline: PipelineDeclaration,
  all: readonly PipelineDeclaration[],
  module: Scope,
  task: Task,
): Steps {
  const parent = all.find(({ name }) => name === pipeline.extends);
  const statements = [...(parent?.body.statements ?? []), ...pipeline.body.statements];
  const scope = new Scope(module);
  for (const param of pipeline.params) scope.declare(param.name, { value: null });
  const frame = new Frame(task);
  const value = yield* runBody({ ...pipeline.body, statements }, scope, frame);
  return value instanceof TailCall ? yield* call(value.callee, task, value.args) : value;
}
