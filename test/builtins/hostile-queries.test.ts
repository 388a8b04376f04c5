// Short queries that ask for more than anybody can hold are refused, quickly and with an error that can be caught.
import { describe, expect, it } from 'vitest';
import { printed } from '../agents/program.ts';

describe('a query that multiplies', () => {
  it.each([
    ['pipes', '"(.,.)|".repeat(40) + "."'],
    ['dicts', '"{a:.[],b:.[],c:.[],d:.[],e:.[],f:.[],g:.[],h:.[]}"'],
  ])('is refused: %s', async (_, query) => {
    const lines = await printed(
      `pipeline main() { println(unwrap_err(try { jq([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ${query}) })) }`,
    );
    expect(lines).toEqual(['jq: the query makes more than 1000000 values']);
  });
});
