// Operators. The common case is emitted at the place itself (two safe ints, two numbers, own field of a dict), the
// rest goes to a helper: V8 keeps type feedback per function, so one shared helper would be slow everywhere.
import type {
  Binary,
  BinaryOperator,
  Expression,
  Index,
  Member,
  NonNull,
  Slice,
  Ternary,
  Unary,
} from '../ast.ts';
import type { Emitter } from './emitter.ts';
import { type Js, mark, quote } from './js.ts';
import { isQuiet, peek } from './ownership.ts';
import type { SupportName } from './support.ts';

const ARITHMETIC: { readonly [op: string]: SupportName } = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '**': 'pow',
};

const ORDER: { readonly [op: string]: SupportName } = {
  '<': 'lessThan',
  '<=': 'lessOrEqual',
  '>': 'greaterThan',
  '>=': 'greaterOrEqual',
};

/** Operators whose value is always a bool. */
const BOOLEAN = new Set<BinaryOperator>([
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
  'in',
  'not in',
]);

export function binary(em: Emitter, node: Binary): Js {
  switch (node.operator) {
    case '&&':
    case '||':
      return logical(em, node);
    case '??':
      return coalesce(em, node);
    case '==':
    case '!=':
    case 'in':
    case 'not in': {
      const [left, right] = comparands(em, node);
      return compareValues(em, node, left, right);
    }
    default: {
      const [left, right] = comparands(em, node);
      return arithmetic(em, node, node.operator, left, right);
    }
  }
}

/** Operands that are only looked at, not kept: a container in them does not escape unless other code can run between. */
function comparands(em: Emitter, node: Binary): [Js, Js] {
  const look = node.operator === '+' || !isQuiet(node.right) ? 'value' : 'peek';
  const visit = (e: Expression) => (look === 'peek' ? peek(em, e) : em.value(e));
  const [left, right] = em.ordered([() => visit(node.left), () => visit(node.right)]);
  return [left as Js, right as Js];
}

/** The value of an arithmetic or ordering operator for operands that are already code. */
export function arithmetic(
  em: Emitter,
  node: Expression | { readonly kind: 'AssignStatement'; readonly span: Expression['span'] },
  operator: string,
  left: Js,
  right: Js,
): Js {
  const at = mark(node.span.start);
  const order = ORDER[operator];
  if (order !== undefined) {
    return em.once([left, right], (a, b) => {
      // NaN is equal to every number here, so the not-strict forms are negations.
      const quick =
        operator.length === 1
          ? `${a} ${operator} ${b}`
          : `!(${a} ${operator[0] === '<' ? '>' : '<'} ${b})`;
      return guarded(
        [isNumber(em, a as Js), isNumber(em, b as Js)],
        quick,
        `${at}${em.$(order)}(${a}, ${b})`,
      );
    });
  }
  const helper = ARITHMETIC[operator] as SupportName;
  return em.once([left, right], (a, b) => {
    const slow = `${at}${em.$(helper)}(${a}, ${b})`;
    if (operator === '**') return slow;
    if (operator === '/' || operator === '%') return divide(em, operator, a as Js, b as Js, slow);
    const isText = a?.startsWith('"') || b?.startsWith('"');
    if (operator === '+' && isText) {
      const other = (a?.startsWith('"') ? b : a) as Js;
      return other.startsWith('"')
        ? `${a} + ${b}`
        : `typeof ${other} === "string" ? ${a} + ${b} : ${slow}`;
    }
    if (isText) return slow;
    const result = em.temp();
    const plus0 = operator === '*' ? ' + 0' : '';
    const tests = [
      ...safe(em, a as Js),
      ...safe(em, b as Js),
      `${em.$('isSafe')}(${result} = ${a} ${operator} ${b}${plus0})`,
    ];
    return `${tests.join(' && ')} ? ${result} : ${slow}`;
  });
}

/** Division and remainder are inline only by a positive literal, where neither zero nor a sign can surprise. */
function divide(em: Emitter, operator: string, a: Js, b: Js, slow: Js): Js {
  if (!/^[1-9]\d*$/.test(b)) return slow;
  const quick = operator === '/' ? `Math.trunc(${a} / ${b}) + 0` : `${a} % ${b} + 0`;
  return guarded(safe(em, a), quick, slow);
}

function guarded(tests: readonly (Js | undefined)[], quick: Js, slow: Js): Js {
  const needed = tests.filter((test) => test !== undefined);
  return needed.length === 0 ? quick : `${needed.join(' && ')} ? ${quick} : ${slow}`;
}

function isNumber(em: Emitter, js: Js): Js | undefined {
  return em.names.isInt(js) ? undefined : `typeof ${js} === "number"`;
}

function safe(em: Emitter, js: Js): Js[] {
  return em.names.isInt(js) ? [] : [`${em.$('isSafe')}(${js})`];
}

function compareValues(em: Emitter, node: Binary, left: Js, right: Js): Js {
  const at = mark(node.span.start);
  const not = node.operator === '!=' || node.operator === 'not in' ? '!' : '';
  if (node.operator === 'in' || node.operator === 'not in')
    return em.once([left, right], (part, whole) => {
      return `${not}${at}${em.$('contains')}(${whole}, ${part})`;
    });
  return `${not}${equality(em, left, right)}`;
}

/** `==` of two pieces of code, as one parenthesised expression. */
export function equality(em: Emitter, left: Js, right: Js): Js {
  const literal = em.isLiteral(right) ? right : em.isLiteral(left) ? left : undefined;
  if (literal !== undefined) {
    const other = literal === right ? left : right;
    // Only ints equal something of another representation (the float 3.0).
    if (!/^-?\d/.test(literal)) return `(${other} === ${literal})`;
    return em.once(
      [other],
      (a) => `typeof ${a} === "number" ? ${a} === ${literal} : ${em.$('equal')}(${a}, ${literal})`,
    );
  }
  return em.once(
    [left, right],
    (a, b) =>
      `typeof ${a} === "string" || (typeof ${a} === "number" && typeof ${b} === "number") ? ${a} === ${b} : ${em.$('equal')}(${a}, ${b})`,
  );
}

// ---------------------------------------------------------------- conditions

/** A JavaScript boolean for any expression used as a condition. */
export function condition(em: Emitter, node: Expression): Js {
  if (isBoolean(node)) return em.value(node);
  return truthiness(em, peek(em, node));
}

/** Whether the value of an expression is surely true or false. */
export function isBoolean(node: Expression): boolean {
  if (node.kind === 'BoolLiteral') return true;
  if (node.kind === 'Unary') return node.operator === '!';
  return node.kind === 'Binary' && BOOLEAN.has(node.operator);
}

export function truthiness(em: Emitter, js: Js): Js {
  return em.once(
    [js],
    (a) => `${a} === true || (${a} !== false && ${a} !== null && ${em.$('truthy')}(${a}))`,
  );
}

/** `&&` and `||` give a bool; the right side runs only when it decides. */
function logical(em: Emitter, node: Binary): Js {
  const left = em.condition(node.left);
  const right = em.capture(() => em.condition(node.right));
  if (right.lines.length === 0) return `(${left} ${node.operator} ${right.result})`;
  const name = em.spill(left);
  em.push(
    `if (${node.operator === '&&' ? name : `!${name}`}) {`,
    ...right.lines,
    `${name} = ${right.result};`,
    '}',
  );
  return name;
}

function coalesce(em: Emitter, node: Binary): Js {
  const left = em.value(node.left);
  const right = em.capture(() => em.value(node.right));
  if (right.lines.length === 0) return `(${left} ?? ${right.result})`;
  const name = em.spill(left);
  em.push(`if (${name} === null) {`, ...right.lines, `${name} = ${right.result};`, '}');
  return name;
}

export function ternary(em: Emitter, node: Ternary): Js {
  const test = em.condition(node.condition);
  const yes = em.capture(() => em.value(node.whenTrue));
  const no = em.capture(() => em.value(node.whenFalse));
  if (yes.lines.length + no.lines.length === 0) return `(${test} ? ${yes.result} : ${no.result})`;
  const name = em.temp();
  em.push(`if (${test}) {`, ...yes.lines, `${name} = ${yes.result};`);
  em.push('} else {', ...no.lines, `${name} = ${no.result};`, '}');
  return name;
}

export function unary(em: Emitter, node: Unary): Js {
  if (node.operator === '!') return `!${em.condition(node.operand)}`;
  const { operand } = node;
  if (operand.kind === 'IntLiteral' && operand.value !== 0n) {
    const value = -operand.value;
    return Number.isSafeInteger(Number(value))
      ? String(value)
      : em.call('neg', [em.value(operand)], node);
  }
  return em.once(
    [em.value(operand)],
    (a) => `${em.$('isSafe')}(${a}) ? 0 - ${a} : ${mark(node.span.start)}${em.$('neg')}(${a})`,
  );
}

export function nonNull(em: Emitter, node: NonNull): Js {
  return `(${em.value(node.operand)} ?? ${em.call('unwrapNil', [], node)})`;
}

// -------------------------------------------------------------------- access

/** Names that plain objects inherit; reading those needs the own-key test of the helper. */
const INHERITED = new Set([
  ...[
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'isPrototypeOf',
    'propertyIsEnumerable',
    'toLocaleString',
  ],
  ...[
    'toString',
    'valueOf',
    '__defineGetter__',
    '__defineSetter__',
    '__lookupGetter__',
    '__lookupSetter__',
  ],
]);

/** `object.name`: a load when the object is a dict or struct that has it. */
export function memberRead(em: Emitter, node: Member): Js {
  const object = peek(em, node.object);
  return propertyRead(em, object, node.name, node.optional, node);
}

export function propertyRead(
  em: Emitter,
  object: Js,
  name: string,
  optional: boolean,
  at: Member | Expression,
): Js {
  const helper = optional ? 'optionalProperty' : 'property';
  const place = at.kind === 'Member' ? at.nameSpan.start : at.span.start;
  return em.once([object], (o) => {
    const slow = `${mark(place)}${em.$(helper)}(${o}, ${quote(name)})`;
    if (INHERITED.has(name) || em.isLiteral(o as Js)) return slow;
    const found = em.temp();
    if (em.names.isRecord(o as Js))
      return `(${found} = ${o}.${name}) !== undefined ? ${found} : ${slow}`;
    const own = `(${o}.constructor === ${em.$('Dict')} || ${o} instanceof ${em.$('Struct')})`;
    return `(${found} = ${o}?.${name}) !== undefined && ${own} ? ${found} : ${slow}`;
  });
}

/** `object[key]` */
export function indexRead(em: Emitter, node: Index): Js {
  const read = (object: Js, index: Js) => subscript(em, object, index, node.optional, node);
  if (node.optional)
    return unlessNil(em, em.value(node.object), (object) => read(object, em.value(node.index)));
  const look = isQuiet(node.index) ? () => peek(em, node.object) : () => em.value(node.object);
  const [object, index] = em.ordered([look, () => em.value(node.index)]);
  return read(object as Js, index as Js);
}

/** Nil for nil, without evaluating what `use` still has to evaluate; else what it gives. */
export function unlessNil(em: Emitter, object: Js, use: (object: Js) => Js): Js {
  const ref = em.isStable(object) ? object : em.temp();
  const { lines, result } = em.capture(() => use(ref));
  if (lines.length === 0) {
    const test = ref === object ? ref : `(${ref} = ${object})`;
    return `(${test} === null ? null : ${result})`;
  }
  if (ref !== object) em.push(`${ref} = ${object};`);
  const value = em.spill('null');
  em.push(`if (${ref} !== null) {`, ...lines, `${value} = ${result};`, '}');
  return value;
}

export function subscript(
  em: Emitter,
  object: Js,
  index: Js,
  optional: boolean,
  at: Expression,
): Js {
  return em.once([object, index], (o, i) => {
    const slow = `${mark(at.span.start)}${em.$(optional ? 'optionalIndex' : 'index')}(${o}, ${i})`;
    if (em.isLiteral(o as Js)) return slow;
    const found = em.temp();
    if (i?.startsWith('"')) {
      if (INHERITED.has(JSON.parse(i) as string)) return slow;
      return `(${found} = ${o}?.[${i}]) !== undefined && ${o}.constructor === ${em.$('Dict')} ? ${found} : ${slow}`;
    }
    const test = em.names.isInt(i as Js) ? '' : `typeof ${i} === "number" && `;
    return `${test}${em.$('isArray')}(${o}) && (${found} = ${o}[${i}]) !== undefined ? ${found} : ${slow}`;
  });
}

/** `object[start:end]` */
export function sliceRead(em: Emitter, node: Slice): Js {
  const { start, end } = node;
  const bounds = [start, end].map(
    (bound) => () => (bound === undefined ? 'null' : em.value(bound)),
  );
  if (node.optional)
    return unlessNil(em, em.value(node.object), (object) =>
      em.call('slice', [object, ...em.ordered(bounds)], node),
    );
  return em.call('slice', em.ordered([() => em.value(node.object), ...bounds]), node);
}
