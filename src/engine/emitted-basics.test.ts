import { expect, it } from 'vitest';
import { output } from './run-source.fixture.ts';

it('runs functions, loops and closures', () => {
  const source = `
fn add(a, b = 2) { return a + b }
let xs = [1, 2, 3]
for x in xs { println("\${x} \${add(x)}") }
println(xs.map({ x -> x * 2 }))
`;
  expect(output(source)).toEqual(['1 3', '2 4', '3 5', '[2, 4, 6]']);
});
