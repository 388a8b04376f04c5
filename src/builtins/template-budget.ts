// What rendering one template may cost. Loops and includes multiply, so a short text can ask for more than anybody can
// wait for or hold; rendering is synchronous, and nothing else of the process runs meanwhile.
import { isBytes, isDict, isList, type Value } from '../values/index.ts';

/** Characters that a template may give. */
export const MOST_CHARACTERS = 16 * 1024 * 1024;
/** Steps that rendering may take: parts of the template that are evaluated, turns of loops, and what filters go through. */
export const MOST_STEPS = 5_000_000;
/** Going through a text is this much cheaper than evaluating a part of the template. */
const CHARACTERS_PER_STEP = 16;

/** Thrown when a template asks for more; the renderer knows where and makes an error of it. */
export class TemplateTooCostly extends Error {
  readonly limit: string;

  constructor(limit: string) {
    super(limit);
    this.name = 'TemplateTooCostly';
    this.limit = limit;
  }
}

/** Counts one rendering with all that it includes. */
export class TemplateBudget {
  #steps = 0;
  #characters = 0;

  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > MOST_STEPS) throw new TemplateTooCostly(`${MOST_STEPS} steps`);
  }

  /** Characters that are looked at. */
  characters(count: number): void {
    this.step(count / CHARACTERS_PER_STEP);
  }

  /** Text that is going to be part of what the template gives. */
  write(text: string): string {
    this.#characters += text.length;
    if (this.#characters > MOST_CHARACTERS) {
      throw new TemplateTooCostly(`${MOST_CHARACTERS} characters`);
    }
    return text;
  }

  /** A text that is going to be made, before it is. */
  expect(characters: number): void {
    if (characters > MOST_CHARACTERS) throw new TemplateTooCostly(`${MOST_CHARACTERS} characters`);
    this.characters(characters);
  }

  /** A value of which every part is going to be looked at. */
  wholeOf(value: Value): void {
    this.step();
    if (typeof value === 'string' || isBytes(value)) this.characters(value.length);
    else if (isList(value)) for (const item of value) this.wholeOf(item);
    else if (isDict(value)) for (const key of Object.keys(value)) this.wholeOf(value[key] as Value);
  }
}
