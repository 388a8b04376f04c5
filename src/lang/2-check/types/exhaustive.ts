// Claims that nothing is left: `unreachable(x)`, and leaving after having asked for the type of an unknown value.
import type { Call, ThrowStatement } from '../../ast.ts';
import { argumentValue } from '../call-target.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { typeOfPlace } from './references.ts';
import type { At, Walk } from './walk.ts';

/** What `type_of` can answer for data, in the order in which it is listed to people. */
const CONCRETE = ['int', 'string', 'float', 'bool', 'nil', 'list', 'dict', 'closure', 'bytes'];

/** A call that never returns. With a variable, `unreachable` also says that no value of it is left. */
export function checkUnreachable(walk: Walk, node: Call, name: string): void {
  checkPartlyNarrowed(walk, `\`${name}()\``, node);
  const [only] = node.args;
  if (name !== 'unreachable' || only === undefined) return;
  const place = argumentValue(only);
  if (place.kind !== 'Identifier') return;
  const type = typeOfPlace(walk, place);
  if (type.kind === 'never' || type.kind === 'any' || type.kind === 'unknown') return;
  walk.error(
    typeErrors.notExhausted({ name: place.name, type: typeText(type) }, { span: node.span }),
  );
}

export function checkThrow(walk: Walk, node: ThrowStatement): void {
  checkPartlyNarrowed(walk, '`throw`', node);
}

/** Some types of an unknown value were ruled out on the way here, but not all. */
function checkPartlyNarrowed(walk: Walk, what: string, { span }: At): void {
  for (const binding of walk.flow.learned()) {
    const { type, name } = binding;
    if (type?.kind !== 'unknown' || type.excluded.length === 0) continue;
    const missing = CONCRETE.filter((each) => !type.excluded.includes(each));
    if (missing.length === 0) continue;
    walk.warn(typeErrors.partlyNarrowed({ what, name, missing: missing.join(', ') }, { span }));
  }
}
