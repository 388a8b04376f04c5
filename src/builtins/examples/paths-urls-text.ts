// Examples of builtins: paths, urls and text.
import type { Examples } from './example.ts';

export const PATHS_URLS_TEXT_EXAMPLES: Examples = {
  path_is_absolute: {
    source: 'println(path_is_absolute("/etc/hosts"))\nprintln(path_is_absolute("etc/hosts"))',
    prints: 'true\nfalse',
  },
  path_is_relative: {
    source: 'println(path_is_relative("src/main.harn"))',
    prints: 'true',
  },
  path_join: {
    source:
      'println(path_join("/srv", "app", "main.harn"))\nprintln(path_join("/srv", "/etc", "hosts"))',
    prints: '/srv/app/main.harn\n/etc/hosts',
  },
  path_normalize: {
    source: 'println(path_normalize("src/./lib/../main.harn"))',
    prints: 'src/main.harn',
  },
  path_parent: {
    source: 'println(path_parent("/srv/app/main.harn"))',
    prints: '/srv/app',
  },
  path_parts: {
    source: 'println(path_parts("/srv/app/main.harn"))',
    prints: '{dir: /srv/app, ext: .harn, file: main.harn, stem: main}',
  },
  path_relative_to: {
    source: 'println(path_relative_to("/srv/app/src/main.harn", "/srv/app/test"))',
    prints: '../src/main.harn',
  },
  path_segments: {
    source: 'println(path_segments("/srv/app/main.harn"))',
    prints: '[srv, app, main.harn]',
  },
  path_stem: {
    source: 'println(path_stem("/srv/report.tar.gz"))',
    prints: 'report.tar',
  },
  path_to_posix: {
    source: 'println(path_to_posix("src\\\\lib\\\\main.harn"))',
    prints: 'src/lib/main.harn',
  },
  path_with_extension: {
    source: 'println(path_with_extension("docs/page.md", "html"))',
    prints: 'docs/page.html',
  },
  path_with_stem: {
    source: 'println(path_with_stem("docs/page.md", "index"))',
    prints: 'docs/index.md',
  },
  query_parse: {
    source: 'println(query_parse("q=a+b&tag=x&tag=y"))',
    prints: '[{key: q, value: a b}, {key: tag, value: x}, {key: tag, value: y}]',
  },
  query_stringify: {
    source: 'println(query_stringify({q: "a b", page: 2}))',
    prints: 'page=2&q=a+b',
  },
  url_build: {
    source:
      'println(url_build({scheme: "https", host: "example.com", port: 8443, path: "/a", query: "x=1"}))',
    prints: 'https://example.com:8443/a?x=1',
  },
  url_decode: {
    source: 'println(url_decode("a+b%26c"))',
    prints: 'a b&c',
  },
  url_encode: {
    source: 'println(url_encode("a b&c/d"))',
    prints: 'a%20b%26c%2Fd',
  },
  url_parse: {
    source:
      'let url = url_parse("https://ann@example.com:8443/a/b?x=1#top")\nprintln([url.scheme, url.username, url.host, url.port, url.path, url.query, url.fragment])',
    prints: '[https, ann, example.com, 8443, /a/b, x=1, top]',
  },
  regex_captures: {
    source:
      'let [first] = regex_captures("(?<key>\\\\w+)=(?<value>\\\\w+)", "mode=fast")\nprintln("${first.key} is ${first.value}")',
    prints: 'mode is fast',
  },
  regex_replace: {
    source: 'println(regex_replace("(\\\\w+)@(\\\\w+)", "$2 at $1", "ann@home, bob@work"))',
    prints: 'home at ann, work at bob',
  },
  regex_split: {
    source: 'println(regex_split("a1b22c", "[0-9]+"))',
    prints: '[a, b, c]',
  },
  replace: {
    source: 'println(replace("a-b-c", "-", "+"))',
    prints: 'a+b+c',
  },
  snake_to_camel: {
    source: 'println(snake_to_camel("user_first_name"))',
    prints: 'userFirstName',
  },
  snake_to_kebab: {
    source: 'println(snake_to_kebab("user_first_name"))',
    prints: 'user-first-name',
  },
  snake_to_pascal: {
    source: 'println(snake_to_pascal("user_first_name"))',
    prints: 'UserFirstName',
  },
  split: {
    source: 'println(split("a,b,c", ","))\nprintln(split("two words"))',
    prints: '[a, b, c]\n[two, words]',
  },
  starts_with: {
    source: 'println(starts_with("harn.toml", "harn"))',
    prints: 'true',
  },
  str_pad: {
    source:
      'println("[" + str_pad("7", 3, "0", "left") + "]")\nprintln("[" + str_pad("mid", 7, ".", "both") + "]")',
    prints: '[007]\n[..mid..]',
  },
  title_case: {
    source: 'println(title_case("the quick brown fox"))',
    prints: 'The Quick Brown Fox',
  },
  trim: {
    source: 'println("[" + trim("  padded\\n") + "]")',
    prints: '[padded]',
  },
  unicode_graphemes: {
    source: 'println(unicode_graphemes("né👩‍👧"))\nprintln(len("👩‍👧"))',
    prints: '[n, é, 👩‍👧]\n3',
  },
  unicode_normalize: {
    source: 'println(len(unicode_normalize("é", "NFD")))\nprintln(unicode_normalize("ﬁ", "NFKC"))',
    prints: '2\nfi',
  },
  uppercase: {
    source: 'println(uppercase("straße"))',
    prints: 'STRASSE',
  },
  uppercase_first: {
    source: 'println(uppercase_first("ada lovelace"))',
    prints: 'Ada lovelace',
  },
};
