// What a command may do to a machine, as labels, from its words alone: no model, no network, the same answer every time. It
// reads commands the way a shell splits them and looks into `sh -c` lines; it does not expand variables, so it is a help for
// whoever decides and no sandbox.
import type { Json, JsonObject } from '../../base/index.ts';
import { baseName, isAbsolutePath, normalizePath, resolvePath } from '../host/index.ts';

/** The labels, in the order they are told. */
export const RISK_LABELS = [
  'destructive',
  'write_intent',
  'outside_workspace',
  'curl_pipe_shell',
  'credential_file_read',
  'network_exfil',
  'sudo',
  'package_install',
  'git_force_push',
  'process_kill',
] as const;

export type RiskLabel = (typeof RISK_LABELS)[number];

/** What was found out about a command. */
export type RiskScan = {
  readonly risk_labels: readonly RiskLabel[];
  /** 0 to 1: how sure the words make it. */
  readonly confidence: number;
  readonly rationale: string;
  readonly recommended_action: 'allow' | 'require_approval' | 'deny';
};

/** What is scanned. Relative paths are relative to `cwd`; without roots nothing is outside. */
export interface RiskSubject {
  readonly argv: readonly string[];
  readonly command?: string | undefined;
  readonly cwd: string;
  readonly roots: readonly string[];
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'fish']);
const INTERPRETERS: ReadonlySet<string> = new Set([
  ...SHELLS,
  'python',
  'python3',
  'node',
  'perl',
  'ruby',
]);
const NETWORK: ReadonlySet<string> = new Set([
  ...['curl', 'wget', 'nc', 'ncat', 'netcat', 'scp', 'sftp', 'rsync', 'ftp', 'telnet'],
]);
const WRITERS: ReadonlySet<string> = new Set([
  ...['tee', 'touch', 'mkdir', 'rmdir', 'cp', 'mv', 'ln', 'chmod', 'chown', 'install', 'patch'],
]);
const DESTROYERS: ReadonlySet<string> = new Set(['rm', 'shred', 'truncate', 'dd', 'mkfs', 'fdisk']);
const KILLERS: ReadonlySet<string> = new Set(['kill', 'pkill', 'killall']);
const RAISERS: ReadonlySet<string> = new Set(['sudo', 'doas', 'su']);
/** Package managers, and their words for installing; an empty list means any use. */
const INSTALLERS: { readonly [program: string]: readonly string[] } = {
  npm: ['i', 'install', 'add', 'ci'],
  pnpm: ['i', 'install', 'add'],
  yarn: ['add', 'install'],
  bun: ['add', 'install', 'i'],
  pip: ['install'],
  pip3: ['install'],
  uv: ['add', 'pip'],
  apt: ['install'],
  'apt-get': ['install'],
  dnf: ['install'],
  yum: ['install'],
  apk: ['add'],
  brew: ['install'],
  cargo: ['install', 'add'],
  gem: ['install'],
  go: ['install', 'get'],
};
const CREDENTIALS =
  /(^|\/)(\.env(\.[\w-]+)?|\.netrc|\.npmrc|\.pypirc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.json|\.toml)?|shadow)$|(^|\/)\.(ssh|aws|gnupg|kube)(\/|$)|\.(pem|p12|pfx|key)$/;
const LOCAL = /^(https?:\/\/)?(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$)/;
const DENIED: ReadonlySet<RiskLabel> = new Set(['curl_pipe_shell']);
const HARMLESS: ReadonlySet<RiskLabel> = new Set(['write_intent']);

/** One command of a line: its words, and whether it reads what the one before it writes. */
interface Part {
  readonly words: readonly string[];
  readonly piped: boolean;
  readonly redirects: boolean;
}

/** The labels of a command. */
export function scanCommand(subject: RiskSubject): RiskScan {
  const parts =
    subject.command === undefined ? partsOfArgv(subject.argv) : partsOfLine(subject.command);
  const why = new Map<RiskLabel, string>();
  const found = (label: RiskLabel, reason: string) => {
    if (!why.has(label)) why.set(label, reason);
  };
  let previous: Part | undefined;
  for (const part of parts) {
    scanPart(part, subject, found);
    if (part.piped && isDownload(previous) && INTERPRETERS.has(programOf(part))) {
      found('curl_pipe_shell', `what is downloaded is run by ${programOf(part)}`);
    }
    previous = part;
  }
  const outside = outsideOf(subject.cwd, subject);
  if (outside !== undefined) found('outside_workspace', `it runs in ${outside}`);
  return scanOf(why);
}

function scanOf(why: ReadonlyMap<RiskLabel, string>): RiskScan {
  const risk_labels = RISK_LABELS.filter((label) => why.has(label));
  const isDenied = risk_labels.some((label) => DENIED.has(label));
  const isHarmless = risk_labels.every((label) => HARMLESS.has(label));
  return {
    risk_labels,
    confidence: risk_labels.length === 0 ? 0.6 : 0.9,
    rationale:
      risk_labels.length === 0
        ? 'its words show no risk'
        : risk_labels.map((label) => `${label}: ${why.get(label) ?? ''}`).join('; '),
    recommended_action: isDenied ? 'deny' : isHarmless ? 'allow' : 'require_approval',
  };
}

type Found = (label: RiskLabel, reason: string) => void;

function scanPart(part: Part, subject: RiskSubject, found: Found): void {
  const program = programOf(part);
  const args = argsOf(part);
  const shown = [program, ...args].join(' ');
  if (part.words.slice(0, programAt(part.words) + 1).some(isRaiser))
    found('sudo', `${shown} runs as somebody else`);
  if (DESTROYERS.has(program) || program.startsWith('mkfs.')) found('destructive', shown);
  if (WRITERS.has(program) || (program === 'sed' && args.some((arg) => /^-i/.test(arg)))) {
    found('write_intent', shown);
  }
  if (part.redirects) found('write_intent', 'it writes to a file');
  if (program === 'find' && args.includes('-delete')) found('destructive', shown);
  if (KILLERS.has(program)) found('process_kill', shown);
  if (INSTALLERS[program]?.some((word) => args.includes(word)) === true)
    found('package_install', shown);
  if (NETWORK.has(program) && !isOnlyLocal(args))
    found('network_exfil', `${program} sends to other machines`);
  if (program === 'git') scanGit(args, shown, found);
  for (const word of args) scanPath(word, subject, found);
}

function scanGit(args: readonly string[], shown: string, found: Found): void {
  const has = (...words: readonly string[]) => words.some((word) => args.includes(word));
  const isForced = args.some((arg) => /^(-f|--force(-with-lease)?(=.*)?|\+\S+)$/.test(arg));
  if (has('push') && isForced) found('git_force_push', shown);
  if ((has('reset') && has('--hard')) || (has('clean') && args.some((arg) => /^-\w*f/.test(arg)))) {
    found('destructive', shown);
  }
  if (has('commit', 'push', 'merge', 'rebase', 'checkout', 'add', 'apply'))
    found('write_intent', shown);
}

function scanPath(word: string, subject: RiskSubject, found: Found): void {
  const path = word.replace(/^@/, '').replace(/^--?[\w-]+=/, '');
  if (path === '' || path.startsWith('-') || /^[a-z]+:\/\//.test(path)) return;
  if (CREDENTIALS.test(path)) found('credential_file_read', `it names ${path}`);
  const outside = outsideOf(path, subject);
  if (outside !== undefined) found('outside_workspace', `it names ${outside}`);
}

/** The path when it leads out of every root; undefined for what is inside, or no path. */
function outsideOf(path: string, { cwd, roots }: RiskSubject): string | undefined {
  if (roots.length === 0) return undefined;
  const isPath = isAbsolutePath(path) || /(^|\/)\.\.(\/|$)/.test(path) || path.startsWith('~');
  if (!isPath || path === '/dev/null') return undefined;
  if (path.startsWith('~')) return path;
  const full = resolvePath(cwd, path);
  const inside = roots.some((root) => {
    const base = normalizePath(resolvePath(cwd, root));
    return full === base || full.startsWith(base.endsWith('/') ? base : `${base}/`);
  });
  return inside ? undefined : full;
}

function isDownload(part: Part | undefined): boolean {
  return part !== undefined && ['curl', 'wget'].includes(programOf(part));
}

function isOnlyLocal(args: readonly string[]): boolean {
  const targets = args.filter((arg) => !arg.startsWith('-') && /[.:/]/.test(arg));
  return targets.length > 0 && targets.every((target) => LOCAL.test(target));
}

/** The program of a part, past `sudo`, `env` and variables set for it. */
function programOf({ words }: Part): string {
  return baseName(words[programAt(words)] ?? '');
}

function argsOf({ words }: Part): readonly string[] {
  return words.slice(programAt(words) + 1);
}

const PREFIXES: ReadonlySet<string> = new Set(['env', 'nohup', 'time', 'exec', ...RAISERS]);

function programAt(words: readonly string[]): number {
  let at = 0;
  while (at < words.length - 1) {
    const word = words[at] as string;
    const isFlag = word.startsWith('-') && words.slice(0, at).some(isRaiser);
    if (!isFlag && !PREFIXES.has(baseName(word)) && !/^\w+=/.test(word)) break;
    at += 1;
  }
  return at;
}

function isRaiser(word: string): boolean {
  return RAISERS.has(baseName(word));
}

/** `sh -c LINE` is its line; anything else is one command. */
function partsOfArgv(argv: readonly string[]): readonly Part[] {
  const [program = '', ...rest] = argv;
  const own: Part = { words: argv, piped: false, redirects: false };
  if (!SHELLS.has(baseName(program))) return [own];
  const flag = rest.findIndex((arg) => /^-\w*c$/.test(arg));
  const line = flag === -1 ? undefined : rest[flag + 1];
  return line === undefined ? [own] : partsOfLine(line);
}

const TOKEN =
  /"((?:\\.|[^"\\])*)"|'([^']*)'|(\|\||&&|[;|&\n()]|\$\()|(>>?|<)|((?:\\.|[^\s"'|&;()<>\\])+)/g;

/** The commands of a line of shell. */
function partsOfLine(line: string): readonly Part[] {
  const parts: { words: string[]; piped: boolean; redirects: boolean }[] = [];
  let open: { words: string[]; piped: boolean; redirects: boolean } | undefined;
  let end = 0;
  const begin = (piped: boolean) => {
    open = { words: [], piped, redirects: false };
    parts.push(open);
    return open;
  };
  for (const match of line.matchAll(TOKEN)) {
    const [text, double, single, operator, redirect, bare] = match;
    if (operator !== undefined) {
      begin(operator === '|');
    } else {
      const part = open ?? begin(false);
      if (redirect !== undefined) part.redirects ||= redirect !== '<';
      else {
        const word = (double ?? single ?? bare ?? '').replaceAll(/\\(.)/g, '$1');
        const isGlued = match.index === end && part.words.length > 0 && end > 0;
        if (isGlued && !/\s/.test(line[match.index - 1] ?? ' ')) {
          part.words.push(`${part.words.pop() ?? ''}${word}`);
        } else part.words.push(word);
      }
    }
    end = match.index + text.length;
    if (operator !== undefined || redirect !== undefined) end = -1;
  }
  // A line within a line is looked into once.
  return parts
    .filter(({ words }) => words.length > 0)
    .flatMap((part) =>
      SHELLS.has(programOf(part)) && argsOf(part).includes('-c') ? inner(part) : [part],
    );
}

function inner(part: Part): readonly Part[] {
  const args = argsOf(part);
  const line = args[args.indexOf('-c') + 1];
  return line === undefined || line.includes(' -c ') ? [part] : partsOfLine(line);
}

/** What is wrong with a result: labels of output that should not be shown. */
export function scanResult(envelope: JsonObject): JsonObject {
  const text = [envelope['stdout'], envelope['stderr']]
    .map((each) => String(each ?? ''))
    .join('\n');
  const labels: string[] = [];
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) labels.push('private_key');
  if (
    /\b(sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}|xox[bapr]-[\w-]{10,})\b/.test(
      text,
    )
  ) {
    labels.push('secret_like');
  }
  if (/ignore (all |any )?(previous|prior|above) instructions/i.test(text))
    labels.push('prompt_injection');
  const failed: Json = envelope['success'] === false && envelope['status'] !== 'blocked';
  return {
    risk_labels: labels,
    failed,
    safe: labels.length === 0,
    rationale:
      labels.length === 0 ? 'its output shows no risk' : `its output has ${labels.join(', ')}`,
    recommended_action: labels.length === 0 ? 'allow' : 'redact',
  };
}
