// The few facts that colours need from a builtin's signature, read off its text: parsing hundreds of signatures would
// cost more than checking the program.

/** The type of a constant row, `float` of `pi: float`; undefined for functions. */
export function constantType(signature: string): string | undefined {
  return /^[\w.]+\s*:\s*(.+)$/s.exec(signature)?.[1];
}

/** What follows `->` behind the parameters. */
export function resultType(signature: string): string | undefined {
  const close = signature.length - behindParameters(signature).length;
  return /^\s*->\s*(.*)$/s.exec(signature.slice(close))?.[1];
}

/** Whether the parameter at `position` takes a function. Without any such parameter, every one may. */
export function functionParameters(signature: string): (position: number) => boolean {
  const parameters = parametersOf(signature);
  const takes = parameters.map((text) => /:\s*(fn\s*\(|closure\b|callable\b)/.test(text));
  if (!takes.includes(true)) return () => true;
  const last = parameters.length - 1;
  const isRest = parameters[last]?.startsWith('...') === true;
  return (position) => takes[isRest ? Math.min(position, last) : position] === true;
}

function behindParameters(signature: string): string {
  let depth = 0;
  for (let i = signature.indexOf('('); i >= 0 && i < signature.length; i += 1) {
    if (signature[i] === '(') depth += 1;
    else if (signature[i] === ')') depth -= 1;
    if (depth === 0) return signature.slice(i + 1);
  }
  return '';
}

function parametersOf(signature: string): string[] {
  const open = signature.indexOf('(');
  const text = signature.slice(open + 1, signature.length - behindParameters(signature).length - 1);
  const parameters: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const char = text[i];
    if (char === undefined || (char === ',' && depth === 0)) {
      parameters.push(text.slice(start, i).trim());
      start = i + 1;
    } else if ('([{<'.includes(char)) depth += 1;
    // The `>` of an arrow closes nothing.
    else if (')]}'.includes(char) || (char === '>' && text[i - 1] !== '-')) depth -= 1;
  }
  return parameters;
}
