// Examples of builtins: the spelling of names, the ends of texts and the parts of paths.
import type { Examples } from './example.ts';

export const SPELLING_EXAMPLES: Examples = {
  camel_to_kebab: { source: 'println(camel_to_kebab("retryCount"))', prints: 'retry-count' },
  camel_to_pascal: { source: 'println(camel_to_pascal("retryCount"))', prints: 'RetryCount' },
  camel_to_snake: { source: 'println(camel_to_snake("retryCount"))', prints: 'retry_count' },
  kebab_to_camel: { source: 'println(kebab_to_camel("retry-count"))', prints: 'retryCount' },
  kebab_to_pascal: { source: 'println(kebab_to_pascal("retry-count"))', prints: 'RetryCount' },
  kebab_to_snake: { source: 'println(kebab_to_snake("retry-count"))', prints: 'retry_count' },
  pascal_to_camel: { source: 'println(pascal_to_camel("RetryCount"))', prints: 'retryCount' },
  pascal_to_snake: { source: 'println(pascal_to_snake("RetryCount"))', prints: 'retry_count' },
  lowercase: { source: 'println(lowercase("Straße ÄÖ"))', prints: 'straße äö' },
  lowercase_first: { source: 'println(lowercase_first("URL path"))', prints: 'uRL path' },
  contains: {
    source: 'println([contains("harness", "arn"), contains([1, 2], 3), contains(set(1, 2), 2)])',
    prints: '[true, false, true]',
  },
  ends_with: {
    source: 'println(["a.ts", "b.md"].filter({ f -> ends_with(f, ".md") }))',
    prints: '[b.md]',
  },
  join: { source: 'println(join(["a", 1, true], " / "))', prints: 'a / 1 / true' },
  microcompact: {
    source:
      'let log = "start " + "x".repeat(500) + " end"\nlet short = microcompact(log, 120)\nprintln(len(short) < len(log))\nprintln([starts_with(short, "start"), ends_with(short, "end")])',
    prints: 'true\n[true, true]',
  },
  path_basename: { source: 'println(path_basename("/srv/app/main.harn"))', prints: 'main.harn' },
  path_extension: { source: 'println(path_extension("logs/today.tar.gz"))', prints: '.gz' },
};
