// Builtins about prompt templates given as text. Those in files are rendered by the group that reads files.
import { display, isDict } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { renderTemplate } from './template-render.ts';

export function templateRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'render_string(template: string, bindings: dict?) -> string',
      {
        doc: 'A prompt template filled with values; without bindings the text as it is.',
        example: { source: 'println(render_string("{{ n | upper }}", {n: "a"}))', prints: 'A' },
      },
      (_, template, bindings = null) => {
        const text = display(template);
        if (!isDict(bindings)) return text;
        return renderTemplate({ path: '<template>', text }, bindings, () => undefined);
      },
    ),
  ];
}
