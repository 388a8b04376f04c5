// Methods of strings. Positions and lengths count characters.
import { methodRows } from './method-spec.ts';

export const STRING_METHODS = methodRows('string', [
  ['char_at(index: int) -> any', 'The character at a position; nil when there is none.'],
  ['chars() -> list<string>', 'The characters.'],
  ['contains(part: any) -> bool', 'Whether the part stands somewhere in the text.'],
  ['count() -> int', 'How many characters there are.', 'len', 'size'],
  ['empty() -> bool', 'Whether there are no characters.'],
  ['ends_with(suffix: any) -> bool', 'Whether the text ends so.'],
  ['index_of(part: any) -> int', 'Where the part stands first, or -1.'],
  ['iter() -> iter<string>', 'A lazy iterator over the characters.'],
  ['last_index_of(part: any) -> int', 'Where the part stands last, or -1.', 'rfind'],
  ['lines() -> list<string>', 'The lines, without their ends.'],
  ['lowercase() -> string', 'The text in small letters.', 'lower', 'to_lower'],
  [
    'pad_left(width: any, fill?: any) -> string',
    'The text with characters put before it until it is so wide.',
  ],
  [
    'pad_right(width: any, fill?: any) -> string',
    'The text with characters put behind it until it is so wide.',
  ],
  ['repeat(n: any) -> string', 'The text so many times in a row.'],
  [
    'replace(old: any, new: any) -> string',
    'The text with every occurrence of one part exchanged for another.',
  ],
  ['reverse() -> string', 'The characters from last to first.', 'reversed'],
  [
    'slice(start: any, end?: any) -> string',
    'The characters from start up to before end; positions below zero count from the end.',
  ],
  [
    'split(separator?: any) -> list<string>',
    'The parts between separators, which are commas unless said otherwise.',
  ],
  ['starts_with(prefix: any) -> bool', 'Whether the text begins so.'],
  ['substring(start: any, end?: any) -> string', 'The characters from start up to before end.'],
  ['trim() -> string', 'The text without white space around it.'],
  ['trim_end() -> string', 'The text without white space at its end.'],
  ['trim_start() -> string', 'The text without white space at its start.'],
  ['uppercase() -> string', 'The text in capital letters.', 'upper', 'to_upper'],
]);
