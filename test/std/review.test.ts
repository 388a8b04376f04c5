// `std/review`: rubrics by their names.
import { expect, it } from 'vitest';
import { printed } from '../effects/scene.ts';

it('rubrics are texts by their names', async () => {
  const lines = await printed(`import "std/review"
pipeline main(harness: Harness) {
  println(keys(review_rubrics()))
  println([review_rubric("none"), review_rubric("docs") == review_rubrics().docs])
  println(contains(review_rubric("security"), "Credentials"))
}`);
  expect(lines).toEqual(['[code, default, docs, infra, security]', '[nil, true]', 'true']);
});
