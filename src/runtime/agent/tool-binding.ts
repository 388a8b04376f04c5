// The registry that a program has bound, so that code can name its tools and a typing error shows at once. Memory of the
// run, re-made by replay. A registry is opaque here: it holds functions of its language.
import { defineSyncEffect, type ServiceKey } from '../run/index.ts';

const bindingKey: ServiceKey<{ registry: unknown }> = {
  name: 'agent.bound_tools',
  create: () => ({ registry: null }),
};

export const toolBindingEffects = {
  /** Binds a registry in place of the one before; null binds none. */
  bind: defineSyncEffect(
    { name: 'tools.bind', class: 'local', access: 'write' },
    (env, registry: unknown) => {
      env.get(bindingKey).registry = registry;
      return null;
    },
  ),
  bound: defineSyncEffect(
    { name: 'tools.bound', class: 'local', access: 'read' },
    (env): unknown => env.get(bindingKey).registry,
  ),
};
