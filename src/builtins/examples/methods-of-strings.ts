// Examples of methods of strings.
import type { Examples } from './example.ts';

export const METHODS_OF_STRINGS: Examples = {
  'string.char_at': {
    source: 'println("harn".char_at(1))\nprintln("harn".char_at(9))',
    prints: 'a\nnil',
  },
  'string.chars': { source: 'println("añb".chars())', prints: '[a, ñ, b]' },
  'string.contains': { source: 'println("harness".contains("ness"))', prints: 'true' },
  'string.count': { source: 'println("añb".count())', prints: '3' },
  'string.empty': { source: 'println("".empty())', prints: 'true' },
  'string.ends_with': { source: 'println("notes.md".ends_with(".md"))', prints: 'true' },
  'string.index_of': { source: 'println("banana".index_of("an"))', prints: '1' },
  'string.iter': { source: 'println("harn".iter().take(2).to_list())', prints: '[h, a]' },
  'string.last_index_of': { source: 'println("banana".last_index_of("an"))', prints: '3' },
  'string.lines': { source: 'println("one\\ntwo\\n".lines())', prints: '[one, two]' },
  'string.lowercase': { source: 'println("Harn".lowercase())', prints: 'harn' },
  'string.pad_left': { source: 'println("7".pad_left(3, "0"))', prints: '007' },
  'string.pad_right': { source: 'println("${"ab".pad_right(4, ".")}|")', prints: 'ab..|' },
  'string.repeat': { source: 'println("ab".repeat(3))', prints: 'ababab' },
  'string.replace': { source: 'println("a-b-c".replace("-", "+"))', prints: 'a+b+c' },
  'string.reverse': { source: 'println("harn".reverse())', prints: 'nrah' },
  'string.slice': {
    source: 'println("harness".slice(1, 4))\nprintln("harness".slice(-3))',
    prints: 'arn\ness',
  },
  'string.split': { source: 'println("a;b;c".split(";"))', prints: '[a, b, c]' },
  'string.starts_with': { source: 'println("harness".starts_with("har"))', prints: 'true' },
  'string.substring': { source: 'println("harness".substring(0, 4))', prints: 'harn' },
  'string.trim': { source: 'println("[${"  a ".trim()}]")', prints: '[a]' },
  'string.trim_end': { source: 'println("[${"  a ".trim_end()}]")', prints: '[  a]' },
  'string.trim_start': { source: 'println("[${"  a ".trim_start()}]")', prints: '[a ]' },
  'string.uppercase': { source: 'println("Harn".uppercase())', prints: 'HARN' },
};
