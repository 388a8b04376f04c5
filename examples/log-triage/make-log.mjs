// Writes a day of web server traffic for the log-triage example: one access log in the Combined Log Format of a shop
// that does not exist, with four planted incidents and a few malformed lines (README.md lists them). The same bytes
// on every machine: a fixed seed, integer arithmetic, no clock, no locale.
//
//   node make-log.mjs access.log [--force]
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const SITE = 'https://shop.example';
const MINUTE = 60;
const HOUR = 3600;
const at = (hour, minute) => hour * HOUR + minute * MINUTE;

/** Visits started in each hour of the day (UTC): quiet at night, a hump at noon, the peak in the evening. */
const VISITS_PER_HOUR = [
  49, 33, 24, 20, 22, 31, 54, 92, 135, 166, 183, 195, 205, 197, 189, 185, 193, 211, 241, 265, 256,
  205, 140, 85,
];

// ---- chance ---------------------------------------------------------------------------------------------------

/** Whole numbers below a bound (splitmix32). Each part of the log has its own, so that they do not shift each other. */
function dice(seed) {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const below = (bound) => word() % bound;
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (percent) => below(100) < percent,
    pick: (items) => items[below(items.length)],
    /** From `[weight, item]` pairs. */
    weighted(pairs) {
      let left = below(pairs.reduce((sum, [weight]) => sum + weight, 0));
      for (const [weight, item] of pairs) {
        if (left < weight) return item;
        left -= weight;
      }
      return pairs[0][1];
    },
  };
}

// ---- the world ------------------------------------------------------------------------------------------------

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0';
const AGENTS = [
  [30, `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`],
  [14, `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME} Safari/537.36`],
  [22, `Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`],
  [
    20,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1',
  ],
  [8, 'Mozilla/5.0 (X11; Linux x86_64; rv:136.0) Gecko/20100101 Firefox/136.0'],
  [6, `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/134.0.0.0`],
];
const CRAWLER = 'Mozilla/5.0 (compatible; CatalogBot/2.1; +https://bot.example/catalog)';
const STUFFER = 'python-requests/2.31.0';
const MONITOR = 'UptimeCheck/1.4 (+https://status.example)';

const ARRIVALS = [
  [40, '-'],
  [28, 'https://search.example/'],
  [8, 'https://news.example/deals'],
  [6, 'https://forum.example/t/48213'],
  [18, `${SITE}/`],
];
const SEARCHES = [
  'boots',
  'rain+jacket',
  'tent',
  'headlamp',
  'stove',
  'sleeping+bag',
  'rope',
  'socks',
];
const GUIDES = [
  'sizing',
  'returns',
  'warranty',
  'care/wool',
  'care/down',
  'care/leather',
  'shipping',
  'shipping/abroad',
  'tents/setup',
  'tents/repair',
  'stoves/fuel',
  'stoves/safety',
];
const ASSETS = [
  ['/static/app.3f9c1e.js', 184_213],
  ['/static/vendor.91ab07.js', 421_880],
  ['/static/site.7d20aa.css', 38_442],
];
const GUIDES_BROKEN_FROM = at(10, 42);

/** Ordinary visitors: addresses reserved for tests (RFC 2544, RFC 3849), which belong to nobody. */
function visitorAddress(roll) {
  if (roll.chance(12)) {
    const part = () => roll.below(0x10000).toString(16);
    return `2001:db8:${part()}:${part()}::${part()}`;
  }
  return `198.${18 + roll.below(2)}.${roll.below(256)}.${roll.between(1, 254)}`;
}

// ---- lines ----------------------------------------------------------------------------------------------------

const two = (n) => String(n).padStart(2, '0');

/** One entry; `second` counts from midnight. The order of equal seconds is the order of making. */
function entry(second, { ip, request, status, size, referer = '-', agent, user = '-' }) {
  const time = `${two(Math.floor(second / HOUR))}:${two(Math.floor(second / MINUTE) % 60)}:${two(second % 60)}`;
  const bytes = size === 0 ? '-' : size;
  return {
    second,
    text: `${ip} - ${user} [17/Mar/2026:${time} +0000] "${request}" ${status} ${bytes} "${referer}" "${agent}"`,
  };
}

// ---- everyday traffic -----------------------------------------------------------------------------------------

/** People: each visit loads a page or more, with assets at first and an address of arrival. */
function visits() {
  const roll = dice(1);
  const lines = [];
  VISITS_PER_HOUR.forEach((count, hour) => {
    for (let i = 0; i < count; i += 1) lines.push(...visit(roll, hour * HOUR + roll.below(HOUR)));
  });
  return lines;
}

function visit(roll, start) {
  const lines = [];
  const visitor = { ip: visitorAddress(roll), agent: roll.weighted(AGENTS) };
  let user = '-';
  let referer = roll.weighted(ARRIVALS);
  let second = start;
  const add = (request, status, size, from) =>
    lines.push(entry(second, { ...visitor, user, request, status, size, referer: from }));
  const pages = roll.weighted([
    [24, 1],
    [26, 2],
    [22, 3],
    [14, 4],
    [9, 6],
    [5, 9],
  ]);
  for (let page = 0; page < pages && second < 24 * HOUR - 60; page += 1) {
    const { path, status, size, image } = choosePage(roll, page, second);
    add(`GET ${path} HTTP/2.0`, status, size, referer);
    const here = `${SITE}${path}`;
    if (page === 0) {
      for (const [asset, bytes] of ASSETS) {
        if (!roll.chance(55)) continue;
        const known = roll.chance(25);
        add(`GET ${asset} HTTP/2.0`, known ? 304 : 200, known ? 0 : bytes, here);
      }
    }
    if (image !== undefined) add(`GET ${image} HTTP/2.0`, 200, roll.between(9_000, 88_000), here);
    if (path === '/login') {
      second += roll.between(5, 25);
      const typo = roll.chance(12);
      if (typo) add('POST /login HTTP/2.0', 401, 612, here);
      second += typo ? roll.between(4, 15) : 0;
      add('POST /login HTTP/2.0', 302, 0, here);
      user = `u${roll.between(1000, 9999)}`;
    }
    if (path === '/cart' && roll.chance(70)) {
      second += roll.between(10, 40);
      const failed = roll.chance(1);
      add('POST /api/v1/checkout HTTP/2.0', failed ? 500 : 201, roll.between(310, 940), here);
    }
    referer = here;
    second += roll.between(4, 45);
  }
  return lines;
}

function choosePage(roll, page, second) {
  const kind = roll.weighted(
    page === 0
      ? [
          [34, 'home'],
          [36, 'product'],
          [18, 'guide'],
          [10, 'search'],
          [6, 'list'],
        ]
      : [
          [8, 'home'],
          [36, 'product'],
          [15, 'guide'],
          [14, 'search'],
          [12, 'list'],
          [11, 'cart'],
          [7, 'login'],
        ],
  );
  const ok = (path, low, high) => ({ path, status: 200, size: roll.between(low, high) });
  switch (kind) {
    case 'home':
      return ok('/', 21_400, 21_900);
    case 'product': {
      const id = roll.between(1001, 1840);
      if (roll.chance(2)) return { path: `/products/${id + 5000}`, status: 404, size: 1_874 };
      return { ...ok(`/products/${id}`, 14_000, 31_000), image: `/images/p-${id}.webp` };
    }
    case 'guide':
      return guidePage(roll, second);
    case 'search':
      return ok(`/search?q=${roll.pick(SEARCHES)}`, 8_000, 27_000);
    case 'list':
      return ok(`/products?page=${roll.between(1, 9)}`, 18_000, 36_000);
    case 'cart':
      return ok('/cart', 6_100, 9_800);
    default:
      return ok('/login', 4_210, 4_230);
  }
}

/**
 * Incident: a deploy at 10:42 lost part of /guides/. Copies in caches hide it at first; as they run out, the share of
 * 404 climbs from 1 % to about 55 % at midnight.
 */
function guidePage(roll, second) {
  const path = `/guides/${roll.pick(GUIDES)}`;
  const since = second - GUIDES_BROKEN_FROM;
  const percent = since < 0 ? 1 : 1 + Math.floor((since * 54) / (24 * HOUR - GUIDES_BROKEN_FROM));
  if (roll.chance(percent)) return { path, status: 404, size: 1_874 };
  return { path, status: 200, size: roll.between(5_200, 19_000) };
}

/** Machines that come all day: a monitor every two minutes, and the crawler at its usual, slow pace. */
function machines() {
  const roll = dice(2);
  const lines = [];
  for (let second = 17; second < 24 * HOUR; second += 120) {
    const request = 'GET /health HTTP/1.1';
    lines.push(entry(second, { ip: '192.0.2.10', request, status: 200, size: 15, agent: MONITOR }));
  }
  for (let hour = 0; hour < 24; hour += 1) {
    const ip = `203.0.113.${roll.between(16, 31)}`;
    const robots = {
      ip,
      request: 'GET /robots.txt HTTP/1.1',
      status: 200,
      size: 211,
      agent: CRAWLER,
    };
    lines.push(entry(hour * HOUR + roll.below(HOUR), robots));
    for (let i = 0; i < 6; i += 1) {
      const request = `GET /products/${roll.between(1001, 1840)} HTTP/1.1`;
      const size = roll.between(14_000, 31_000);
      lines.push(
        entry(hour * HOUR + roll.below(HOUR), { ip, request, status: 200, size, agent: CRAWLER }),
      );
    }
  }
  return lines;
}

// ---- incidents ------------------------------------------------------------------------------------------------

/** 14:07 to 14:13: the checkout fails, and customers (and their apps) try again. */
function checkoutOutage() {
  const roll = dice(3);
  const lines = [];
  for (let i = 0; i < 240; i += 1) {
    const second = at(14, 7) + roll.below(6 * MINUTE);
    const status = roll.weighted([
      [55, 503],
      [25, 502],
      [14, 504],
      [6, 201],
    ]);
    lines.push(
      entry(second, {
        ip: visitorAddress(roll),
        user: roll.chance(60) ? `u${roll.between(1000, 9999)}` : '-',
        request: 'POST /api/v1/checkout HTTP/2.0',
        status,
        size: status === 201 ? roll.between(310, 940) : 341,
        referer: `${SITE}/cart`,
        agent: roll.weighted(AGENTS),
      }),
    );
  }
  return lines;
}

/** 03:20 to 03:48: stolen passwords tried from four addresses. One of them fits. */
function credentialStuffing() {
  const roll = dice(4);
  const ips = ['198.51.100.23', '198.51.100.24', '198.51.100.77', '198.51.100.140'];
  const lines = [];
  for (let i = 0; i < 520; i += 1) {
    // Spread evenly with a little shake: a machine, not people.
    const second = at(3, 20) + Math.floor((i * 28 * MINUTE) / 520) + roll.below(3);
    const hit = i === 411;
    const ip = ips[i % ips.length];
    const request = 'POST /login HTTP/1.1';
    const answer = hit ? { status: 302, size: 0 } : { status: 401, size: 612 };
    lines.push(entry(second, { ip, request, ...answer, agent: STUFFER }));
    if (hit) {
      const account = {
        ip,
        request: 'GET /account HTTP/1.1',
        status: 200,
        size: 7_915,
        user: 'u4471',
      };
      lines.push(entry(second + 1, { ...account, agent: STUFFER }));
    }
  }
  return lines;
}

/** 19:30 to 19:50: the crawler goes through the whole catalogue from many addresses and is throttled in the end. */
function crawlerSpike() {
  const roll = dice(5);
  const lines = [];
  const count = 2600;
  for (let i = 0; i < count; i += 1) {
    const second = at(19, 30) + Math.floor((i * 20 * MINUTE) / count);
    const throttled = second >= at(19, 41) && roll.chance(65);
    lines.push(
      entry(second, {
        ip: `203.0.113.${roll.between(16, 31)}`,
        request: `GET /products/${1001 + (i % 840)} HTTP/1.1`,
        status: throttled ? 429 : 200,
        size: throttled ? 162 : roll.between(14_000, 31_000),
        agent: CRAWLER,
      }),
    );
  }
  return lines;
}

/** What a real log has, too: writes cut short, two entries in one line, a stranger's text, nothing at all. */
function malformed() {
  const cut = '198.18.7.91 - - [17/Mar/2026:08:14:52 +0000] "GET /products/1333 HT';
  const half = '198.19.44.8 - - [17/Mar/2026:16:40:11 +0000] "GET / HTTP/2.0" 200';
  const whole = `${half} 21455 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:136.0) Gecko/20100101 Firefox/136.0"`;
  return [
    { second: at(8, 14) + 52, text: cut },
    { second: at(11, 3) + 9, text: '198.18.201.5 - - "GET /cart HTTP/2.0" 200 7210 "-" "-"' },
    { second: at(14, 9) + 30, text: '2026/03/17 14:09:30 [error] 1187#0: upstream timed out' },
    { second: at(16, 40) + 11, text: `${half} ${whole}` },
    { second: at(18, 22) + 2, text: '' },
    { second: at(21, 5) + 47, text: '198.19.3.3 - - [17/Mar/2026:21:05:47 +0000] "-" 400 0 "-"' },
    { second: at(23, 58) + 1, text: '----- log rotated -----' },
  ];
}

// ---- the file -------------------------------------------------------------------------------------------------

function makeLog() {
  const parts = [visits, machines, checkoutOutage, credentialStuffing, crawlerSpike, malformed];
  const lines = parts.flatMap((part) => part());
  // Sorting is stable by the standard, so equal seconds keep the order of making.
  lines.sort((a, b) => a.second - b.second);
  return { text: `${lines.map((line) => line.text).join('\n')}\n`, count: lines.length };
}

function main(args) {
  const force = args.includes('--force');
  const paths = args.filter((arg) => arg !== '--force');
  const [path] = paths;
  if (path === undefined || paths.length > 1 || path.startsWith('-')) {
    process.stderr.write('usage: node make-log.mjs FILE [--force]\n');
    return 2;
  }
  const { text, count } = makeLog();
  const facts = `${count} lines, ${text.length} bytes, sha256 ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  if (existsSync(path)) {
    if (readFileSync(path, 'utf8') === text) {
      process.stdout.write(`${path} is up to date: ${facts}\n`);
      return 0;
    }
    if (!force) {
      process.stderr.write(`${path} exists and is a different file; give --force to replace it\n`);
      return 1;
    }
  }
  try {
    writeFileSync(`${path}.tmp`, text);
    renameSync(`${path}.tmp`, path);
  } catch (error) {
    process.stderr.write(`cannot write ${path}: ${error.message}\n`);
    return 1;
  }
  process.stdout.write(`${path} written: ${facts}\n`);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
