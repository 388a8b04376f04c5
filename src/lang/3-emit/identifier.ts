// Names as values: variables, functions, builtins, what the host gives, and things of other modules.
import type { Binding } from '../2-check/checked-module.ts';
import type { Identifier, Member, Node } from '../ast.ts';
import { makeVariant } from './call.ts';
import type { Emitter } from './emitter.ts';
import { type Js, mark, member, quote } from './js.ts';
import { memberRead } from './operators.ts';
import { ownerFlag } from './ownership.ts';
import { schemaOf } from './parameter-check.ts';

export function identifier(em: Emitter, node: Identifier): Js {
  const binding = em.bindingOf(node);
  const fault = em.checked.faults.get(node);
  if (fault !== undefined) return em.raise(fault, node);
  if (binding === undefined)
    return em.raise({ kind: 'undefinedVariable', name: node.name, suggestion: undefined }, node);
  if (binding.kind === 'struct') return em.call('structMaker', [read(em, binding, node)], node);
  return read(em, binding, node);
}

/** The value of a binding. Reading a variable that owns its container shows the container, so it owns it no more. */
export function read(em: Emitter, binding: Binding, node: Node): Js {
  switch (binding.kind) {
    case 'builtin':
      return em.prelude.builtin(binding.builtin?.name ?? binding.name);
    case 'harnessGlobal':
      return `${mark(node.span.start)}${em.prelude.builtin('@harness')}(ctx)`;
    case 'hostGlobal':
      return `${mark(node.span.start)}${em.prelude.builtin('@host_global')}(ctx, ${quote(binding.name)})`;
    case 'enum':
    case 'interface':
      return 'null';
    case 'typeAlias': {
      const type = binding.node?.kind === 'TypeDeclaration' ? binding.node.type : undefined;
      return em.prelude.constant(schemaOf(em, type));
    }
    default: {
      const owner = em.ownerOf(binding);
      if (owner !== undefined)
        return `${em.prelude.module(owner.source.id)}${member(binding.name)}`;
      const name = em.nameOf(binding);
      const value = em.isLate(binding)
        ? `(${name} ?? ${em.call('unset', [name, quote(binding.name)], node)})`
        : name;
      const flag = ownerFlag(em, binding);
      return flag === undefined ? value : `(${flag} = false, ${value})`;
    }
  }
}

/** `Color.Red` is a value of the enum; everything else is a property. */
export function memberExpression(em: Emitter, node: Member): Js {
  const binding = node.object.kind === 'Identifier' ? em.bindingOf(node.object) : undefined;
  if (binding?.kind === 'enum' && !node.optional)
    return makeVariant(em, binding.name, node.name, []);
  return memberRead(em, node);
}
