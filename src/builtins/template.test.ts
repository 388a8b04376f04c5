import { describe, expect, test } from 'vitest';
import type { Dict } from '../values/index.ts';
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
