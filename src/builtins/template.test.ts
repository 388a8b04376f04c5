import { describe, expect, it, test } from 'vitest';
import { type Dict, HarnIter, makeRange } from '../values/index.ts';
import { templateHabits } from './template-habits.ts';
import { templateNames } from './template-names.ts';
import { renderTemplate } from './template-render.ts';

const files: { readonly [path: string]: string } = {
  part: '> {{ name }}',
  a: 'A{{ include "b" }}',
  b: 'B{{ include "a" }}',
};
const fill = (text: string, bindings: Dict = {}) =>
  renderTemplate({ path: 'main', text }, bindings, (path) => {
    const found = files[path];
    return found === undefined ? undefined : { path, text: found };
  });

const person: Dict = { user: { name: 'Ada', tags: ['x', 'y'] }, n: 2, off: false, 'a-b': 1 };

test.each<[string, string]>([
  ['plain', 'plain'],
  ['{{user.name}} {{ user.tags[-1] }} {{user["name"]}}', 'Ada y Ada'],
  ['{{ missing }}|{{missing.x}}|{{ missing | default: "d" }}', '{{ missing }}||d'],
  ['{{if n == 1}}one{{elif n > 1 and not off}}more{{else}}none{{end}}', 'more'],
  ['{{ if off or (n >= 3) }}a{{ else }}b{{ end }}', 'b'],
  ['{{for t in user.tags}}{{loop.index}}{{t}}{{if !loop.last}},{{end}}{{end}}', '1x,2y'],
  ['{{for k, v in user}}{{k}};{{end}}', 'name;tags;'],
  ['{{for x in none}}x{{else}}empty{{end}}', 'empty'],
  ['a{{# gone {{ even this #}}b', 'ab'],
  ['{{ raw }}{{ kept }} {{if x}}{{ endraw }}', '{{ kept }} {{if x}}'],
  ['L:\n{{- for t in user.tags -}}\n  {{ t }},\n{{- end -}}\nEND', 'L:  x,  y,END'],
  ['{{ user.tags | join: ", " }} {{ user.tags | length }} {{ user.tags | first }}', 'x, y 2 x'],
  ['{{ "hELLO wORLD" | lower | title }} {{ "aBC" | capitalize }}', 'Hello World Abc'],
  ['{{ user | json }}', '{"name":"Ada","tags":["x","y"]}'],
  ['{{ "a\\nb" | indent: 2 }}', 'a\n  b'],
  ['{{ "a\\nb" | indent: 2, true }}', '  a\n  b'],
  ['{{ "a-a" | replace: "a", "b" }} {{ "*x*" | escape_md }}', 'b-b \\*x\\*'],
  ['{{ include "part" with { name: user.name } }}', '> Ada'],
  ['{{ 1.0 }} {{ 2 }} {{ nil }}', '1.0 2 '],
])('%j', (template, expected) => {
  expect(fill(template, person)).toBe(expected);
});

describe('mistakes are reported with file, line and column', () => {
  test.each<[string, string]>([
    ['x\n {{ name', 'main at 2:2: unterminated directive'],
    ['{{# open', 'main at 1:1: unterminated comment'],
    ['{{ raw }}x', 'unterminated `{{ raw }}` block'],
    ['{{ if a }}x', 'unterminated `{{ if }}` block'],
    ['{{ end }}', 'unexpected `end`'],
    ['{{ a | nope }}', 'unknown filter `nope`'],
    ['{{ include "gone" }}', 'failed to read included template gone'],
    ['{{ include 5 }}', 'include path must be a string'],
    ['{{ include "a" }}', 'circular include detected: main → a → b → a'],
  ])('%j', (template, message) => {
    expect(() => fill(template, { a: 1 })).toThrow(message);
  });
});

describe('what a template takes', () => {
  const names = (text: string) => {
    const { used, needed, includes } = templateNames(text);
    return { used: [...used].sort(), needed: [...needed].sort(), includes };
  };

  it('is needed where nothing asks for it first', () => {
    expect(names('{{ a }} {{ if b }}{{ b.c }}{{ else }}{{ d }}{{ end }}')).toMatchObject({
      used: ['a', 'b', 'd'],
      needed: ['a', 'd'],
    });
    expect(names('{{ a | default: b }} {{ not c }} {{ d[e] }}')).toMatchObject({
      used: ['a', 'b', 'c', 'd', 'e'],
      needed: ['b', 'd', 'e'],
    });
  });

  it('is not what its loops, comments and raw text name', () => {
    const text =
      '{{# x #}}{{ raw }}{{ y }}{{ endraw }}{{ for k, v in m }}{{ k }}{{ v }}{{ loop.index }}{{ end }}';
    expect(names(text)).toMatchObject({ used: ['m'], needed: ['m'] });
  });

  it('is in what it includes too, beside the names that it gives', () => {
    expect(names('{{ include "a.prompt" with { x: y } }}{{ include z }}')).toEqual({
      used: ['y', 'z'],
      needed: ['y', 'z'],
      includes: [
        { path: 'a.prompt', given: ['x'] },
        { path: undefined, given: [] },
      ],
    });
  });
});

describe('habits of templates', () => {
  const kinds = (text: string) =>
    templateHabits(text).map((habit) => {
      return `${habit.kind} ${text.slice(habit.offset, habit.offset + habit.length)}`;
    });
  const ifs = (count: number, name = (i: number) => `c${i}`) =>
    Array.from({ length: count }, (_, i) => `{{ if ${name(i)} }}x{{ end }}`).join('');

  it('are more forms than anybody tries; the same question twice makes none', () => {
    expect(kinds(ifs(8))).toEqual([]);
    expect(kinds(ifs(9))).toEqual(['variants if c0']);
    expect(kinds(ifs(30, () => 'same'))).toEqual([]);
    expect(kinds(`${ifs(7)}{{ for x in xs }}{{ if a }}{{ elif b }}{{ end }}{{ end }}`)).toEqual([
      'variants if c0',
    ]);
  });

  it('are questions about who the model is of, not about what it can do', () => {
    expect(
      kinds('{{ if llm.provider == "openai" and x }}a{{ elif model != "m" }}b{{ end }}'),
    ).toEqual(['provider if llm.provider == "openai" and x', 'provider elif model != "m"']);
    expect(kinds('{{ if llm.native_tools or task.provider }}a{{ end }}{{ provider }}')).toEqual([]);
    expect(kinds('{{ if provider == ')).toEqual([]);
  });
});

describe('a template that asks for more than anybody can wait for', () => {
  const items = Array.from({ length: 120 }, (_, i) => i);
  const text = 'ab'.repeat(500_000);
  const loops = (depth: number, body: string) =>
    '{{ for i in items }}'.repeat(depth) + body + '{{ end }}'.repeat(depth);
  const endless = new HarnIter(() => 1);

  test.each<[string, string, Dict, string]>([
    ['loops in loops', loops(5, ''), { items }, 'steps'],
    ['a long text in a loop', loops(2, '{{ text }}'), { items, text }, 'characters'],
    [
      'a long text that is only measured',
      loops(2, '{{ text | upper | length }}'),
      { items, text },
      'steps',
    ],
    [
      'values that are compared',
      loops(3, '{{ if a == b }}{{ end }}'),
      { items, a: [text], b: [text] },
      'steps',
    ],
    ['a wide indent', '{{ "a" | indent: 400000000, true }}', {}, 'characters'],
    ['a text in place of every letter', '{{ text | replace: "a", text }}', { text }, 'characters'],
    ['a long separator', '{{ items | join: text }}', { items, text }, 'characters'],
    ['a range', '{{ for i in all }}{{ end }}', { all: makeRange(0, 1e15, false) }, 'steps'],
    ['a source that never ends', '{{ for i in all }}{{ end }}', { all: endless }, 'steps'],
  ])('is refused, with the place: %s', (_, template, bindings, limit) => {
    expect(() => fill(template, bindings)).toThrow(
      new RegExp(`^main at 1:\\d+: rendering takes more than \\d+ ${limit}$`),
    );
  });

  it('is refused when files that include each other multiply', () => {
    const load = (path: string) => {
      const next = Number(path) + 1;
      return { path, text: next > 30 ? 'x' : `{{ include "${next}" }}`.repeat(2) };
    };
    expect(() => renderTemplate({ path: 'main', text: '{{ include "1" }}' }, {}, load)).toThrow(
      /^\d+ at 1:\d+: rendering takes more than 5000000 steps$/,
    );
  });

  it('has room for a large prompt', () => {
    const files = Array.from({ length: 2_000 }, (_, i) => ({
      name: `f${i}`,
      text: 'x'.repeat(1_000),
    }));
    const template =
      '{{ for f in files }}{{ f.name | upper }} {{ loop.index }}/{{ files | length }}\n{{ f.text | indent: 2 }}{{ end }}';
    expect(fill(template, { files }).length).toBeGreaterThan(2_000_000);
  });
});

describe('reading a template takes time with its length only', () => {
  test.each<[string, string]>([
    ['blanks before a directive that trims', `${' '.repeat(200_000)}x{{- 1 }}`],
    ['a directive with many parts', `{{ 1 ${'or 1 '.repeat(2_000)}${' '.repeat(500_000)}}}`],
  ])('%s', (_, template) => {
    const before = process.cpuUsage().user;
    fill(template);
    expect(process.cpuUsage().user - before).toBeLessThan(2_000_000);
  });
});
