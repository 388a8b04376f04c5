import { describe, expect, it } from 'vitest';
import { callSync, type Value } from '../values/index.ts';
import { compileSource, linkForTest, makeCtx, output, runSource } from './run-source.fixture.ts';

describe('modules', () => {
  it('share their live variables through functions, and give away structs with their methods', () => {
    const modules = {
      m: `let n = 0
pub fn add(k) { n = n + k
  return n }
pub fn total() { return n }
pub struct P { x: int }
impl P { fn double(self) { return self.x * 2 } }
pub fn make(x) { return P { x: x } }`,
    };
    const source = `import { add, total, make, P } from "m"
add(2)
add(3)
println([total(), make(4).double(), P { x: 9 }.double(), [1, 2].map(add)])`;
    expect(output(source, { modules })).toEqual(['[5, 8, 18, [6, 8]]']);
  });

  it('import everything public and export again what they import publicly', () => {
    const modules = {
      facade: 'pub import { twice } from "inner"\npub fn own() { return 1 }',
      inner: 'pub fn twice(x) { return x * 2 }\npub fn hidden() { return 0 }',
    };
    expect(output('import "facade"\nprintln(twice(own()))', { modules })).toEqual(['2']);
    const live = linkForTest(compileSource(modules.facade, { modules }), []);
    const twice = live.exported('twice') as Value;
    expect(callSync(twice, makeCtx(), [21])).toBe(42);
    expect(live.exported('hidden')).toBeUndefined();
  });

  it('run their initialisers once, in order of dependency, but no other statements', () => {
    const modules = {
      a: 'import "b"\npub let first = say("a", second)\nprintln("not run")',
      b: 'pub let second = say2("b")\npub fn say2(x) { println(x)\n  return x }\npub fn say(x, y) { println("${x} ${y}")\n  return x }',
    };
    const source = 'import "a"\nimport "b"\nprintln(first)';
    expect(output(source, { modules, edition: '2026' })).toEqual(['b', 'a b', 'a']);
  });

  it('may import each other, also for tail calls without end', () => {
    const modules = {
      a: 'import { odd } from "b"\npub fn even(n) { if n == 0 { return true }\n  return odd(n - 1) }',
      b: 'import { even } from "a"\npub fn odd(n) { if n == 0 { return false }\n  return even(n - 1) }',
    };
    expect(output('import { even } from "a"\nprintln(even(50001))', { modules })).toEqual([
      'false',
    ]);
  });

  it('let functions of others wait', () => {
    const modules = { m: 'pub fn slow(x) { return pause(x) + 1 }' };
    const source =
      'import { slow } from "m"\nfn twice(f, x) { return f(f(x)) }\nprintln(twice(slow, 1))';
    expect(output(source, { modules })).toEqual(['3']);
  });
});

describe('entries', () => {
  it('are a pipeline, whose last value is the result, with the inputs of its parameters', () => {
    const source = `pipeline other() { println("other") }
pipeline default(x) { println("got \${x}")
  x + 1 }`;
    const { lines, result } = runSource(source, { inputs: [41] });
    expect(lines).toEqual(['got 41']);
    expect(result).toBe(42);
  });

  it('are the statements of a script, which gives nil', () => {
    const { lines, result } = runSource('println(later())\nfn later() { return "hoisted" }\n5');
    expect(lines).toEqual(['hoisted']);
    expect(result).toBeNull();
  });

  it('run the bodies of the pipelines they extend first, in one scope, from other modules too', () => {
    const modules = {
      base: `fn helper() { return "help" }
pub pipeline base() { let word = helper()
  fn shout() { return word + "!" }
  println("base \${shout()}") }`,
    };
    const source = `import { base } from "base"
pipeline middle() extends base { let more = word + shout()
  println("middle") }
pipeline default() extends middle { println(more) }`;
    expect(output(source, { modules })).toEqual(['base help!', 'middle', 'helphelp!']);
  });
});
