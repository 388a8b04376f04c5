// Declarations. Types and functions of a scope come first, whatever their place in the text; values that a
// declaration makes (tools, skills) come at their place.
import type {
  EvalPackDeclaration,
  FunctionDeclaration,
  ImplDeclaration,
  NamedField,
  Node,
  OverrideDeclaration,
  Param,
  SkillDeclaration,
  Statement,
  StructDeclaration,
  ToolDeclaration,
} from '../ast.ts';
import type { Emitter } from './emitter.ts';
import { DISCARD } from './frame.ts';
import { functionLines, functionValue, metaOf } from './function.ts';
import { type Js, propertyKey, quote } from './js.ts';
import { schemaOf } from './parameter-check.ts';
import { declareVariable } from './pattern.ts';

/** Structs, functions and methods of a scope. Those of the module itself are emitted once, outside any function. */
export function hoistDeclarations(em: Emitter, all: readonly Statement[]): void {
  const nodes = all.filter((node) => !em.hoisted.has(node));
  for (const node of nodes) if (node.kind === 'StructDeclaration') struct(em, node);
  for (const node of nodes)
    if (node.kind === 'FunctionDeclaration' || node.kind === 'OverrideDeclaration') fn(em, node);
  for (const node of nodes) if (node.kind === 'ImplDeclaration') impl(em, node);
}

function struct(em: Emitter, node: StructDeclaration): void {
  const binding = em.declared(node);
  if (binding === undefined) return;
  const fields = node.fields.map((field) => quote(field.name)).join(', ');
  const optional = node.fields.filter((field) => field.optional).map((field) => quote(field.name));
  em.push(
    `const ${em.nameOf(binding)} = ${em.$('defineStruct')}(${quote(node.name)}, [${fields}], [${optional.join(', ')}]);`,
  );
}

function fn(em: Emitter, node: FunctionDeclaration | OverrideDeclaration): void {
  const binding = em.declared(node);
  if (binding === undefined) return;
  const name = em.nameOf(binding);
  const { params } = node;
  em.push(
    ...functionLines(em, {
      node,
      facts: em.factsOf(node),
      name,
      params,
      body: node.body.statements,
      yieldsLast: false,
    }),
  );
  if (em.isValue(binding))
    em.push(`${em.$('describe')}(${name}, ${metaOf(em, node.name, params, node.doc)});`);
}

/** Methods are kept with the type, so they are found wherever its values go. */
function impl(em: Emitter, node: ImplDeclaration): void {
  const binding = em.structNamed(node.name);
  if (binding === undefined) return;
  for (const method of node.methods) {
    const lines = functionLines(em, {
      node: method,
      facts: em.factsOf(method),
      name: em.names.fresh(method.name),
      params: method.params,
      body: method.body.statements,
      yieldsLast: false,
    });
    const value = functionValue(em, lines, metaOf(em, method.name, method.params, method.doc));
    em.push(`${em.$('implement')}(${em.read(binding, node)}, ${quote(method.name)}, ${value});`);
  }
}

/** The name of a tool holds its registry, which the runtime makes. */
export function toolDeclaration(em: Emitter, node: ToolDeclaration): void {
  const spec = [
    `description: ${quote(node.description ?? node.doc ?? '')}`,
    `name: ${quote(node.name)}`,
    `parameters: [${node.params.map((param) => toolParameter(em, param)).join(', ')}]`,
    `returns: ${node.returns === undefined ? 'null' : schemaOf(em, node.returns)}`,
  ];
  const lines = functionLines(em, {
    node,
    facts: em.factsOf(node),
    name: em.names.fresh(node.name),
    params: node.params,
    body: node.body.statements,
    yieldsLast: true,
  });
  const handler = functionValue(em, lines, metaOf(em, node.name, node.params, node.doc));
  declareValue(em, node, `${em.prelude.builtin('@tool')}(ctx, { ${spec.join(', ')} }, ${handler})`);
}

function toolParameter(em: Emitter, param: Param): Js {
  const fallback = param.default === undefined ? [] : [`default: ${em.value(param.default)}`];
  const parts = [
    ...fallback,
    `name: ${quote(param.name)}`,
    `required: ${param.default === undefined && !param.rest}`,
    `type: ${schemaOf(em, param.type)}`,
  ];
  return `{ ${parts.join(', ')} }`;
}

export function skillDeclaration(em: Emitter, node: SkillDeclaration): void {
  const fields = fieldDict(em, node.fields);
  declareValue(em, node, `${em.prelude.builtin('@skill')}(ctx, ${quote(node.name)}, ${fields})`);
}

/**
 * A pack is bound as soon as its fields are there; what stands beside them runs then, where the declaration is executed.
 * A module that is only loaded binds it and runs nothing.
 */
export function evalPackDeclaration(em: Emitter, node: EvalPackDeclaration): void {
  const facts = em.factsOf(node);
  const name = em.names.fresh(node.name);
  const isLoaded = em.isLoading && em.frame.node === em.module;
  const pack = declarePack(em, node);
  const id = quote(node.id ?? node.name);
  const lines = em.inFrame(node, facts, () => {
    const fields = node.fields.map((field) => {
      const value = em.spill(em.value(field.value));
      const binding = em.declared(field);
      if (binding !== undefined) declareVariable(em, binding, value, false);
      return `${propertyKey(field.name)}: ${value}`;
    });
    const dict = `{ ${fields.join(', ')} }`;
    em.push(
      `${pack} = ${em.prelude.builtin('@eval_pack')}(ctx, ${quote(node.name)}, ${id}, ${dict});`,
    );
    if (!isLoaded) {
      em.statements(node.statements, DISCARD);
      if (node.summarize !== undefined) em.block(node.summarize, DISCARD);
    }
    em.push('return null;');
  });
  em.push(`function${facts.suspends ? '*' : ''} ${name}(ctx) {`, ...lines, '}');
  em.push(`${facts.suspends ? 'yield* ' : ''}${name}(ctx);`);
}

/** The variable of a pack, before it has its value. */
function declarePack(em: Emitter, node: EvalPackDeclaration): Js {
  const binding = em.declared(node);
  if (binding === undefined) return em.spill('null');
  const isKnown = binding.kind === 'moduleVar' || em.frame.declared.has(binding);
  if (!isKnown) {
    em.frame.declared.add(binding);
    em.push(`let ${em.nameOf(binding)} = null;`);
  }
  return em.nameOf(binding);
}

function fieldDict(em: Emitter, fields: readonly NamedField[]): Js {
  const values = em.values(fields.map((field) => field.value));
  return `{ ${fields.map((field, i) => `${propertyKey(field.name)}: ${values[i]}`).join(', ')} }`;
}

function declareValue(em: Emitter, node: Node, value: Js): void {
  const binding = em.declared(node);
  if (binding === undefined) em.deliver(value, { kind: 'discard' });
  else declareVariable(em, binding, value, false);
}
