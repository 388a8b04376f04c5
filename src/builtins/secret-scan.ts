// Credentials that stand in a text by mistake: found by the shape that keys and tokens have. What is found is never shown whole.
import { sha256 } from '../base/index.ts';
import { display, fromJson } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';

interface Detector {
  readonly detector: string;
  readonly title: string;
  /** The group `secret`, where there is one, is the credential; else the whole match. */
  readonly pattern: RegExp;
}

const shape = (detector: string, title: string, pattern: RegExp): Detector => ({
  detector,
  title,
  pattern,
});

const DETECTORS: readonly Detector[] = [
  shape('private-key', 'Private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g),
  shape('github-token', 'GitHub token', /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,})\b/g),
  shape('gitlab-token', 'GitLab token', /\bglpat-[\w-]{20,}/g),
  shape('aws-access-key', 'AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g),
  shape('google-api-key', 'Google API key', /\bAIza[\w-]{35}/g),
  shape('slack-token', 'Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g),
  shape('stripe-key', 'Stripe key', /\b[sr]k_live_[A-Za-z0-9]{16,}\b/g),
  shape('anthropic-key', 'Anthropic API key', /\bsk-ant-[\w-]{16,}/g),
  shape('openai-key', 'OpenAI API key', /\bsk-(?!ant-)(?:proj-)?[A-Za-z0-9_-]{20,}/g),
  shape('npm-token', 'npm token', /\bnpm_[A-Za-z0-9]{36}\b/g),
  shape('jwt', 'JSON Web Token', /\beyJ[\w-]{8,512}\.eyJ[\w-]{8,16384}\.[\w-]+/g),
  shape(
    'assigned-secret',
    'Secret in an assignment',
    /\b(?:password|passwd|secret|api_?key|access_?token|auth_?token)\b["']?\s*[:=]\s*["'](?<secret>(?=[^"']*\d)(?=[^"']*[A-Za-z])[^\s"'$<>{}]{12,})["']/gi,
  ),
];

/** One credential; places count characters, lines and columns from 1, ends are exclusive. */
interface Finding {
  readonly detector: string;
  readonly title: string;
  readonly start: number;
  readonly secret: string;
}

function findAll(text: string): readonly Finding[] {
  const found: Finding[] = [];
  /** The characters of what has been found. */
  const taken = new Uint8Array(text.length);
  for (const { detector, title, pattern } of DETECTORS) {
    for (const match of text.matchAll(pattern)) {
      const secret = match.groups?.['secret'] ?? match[0];
      const start = match.index + match[0].lastIndexOf(secret);
      const end = start + secret.length;
      // What a more particular shape has found is not found again.
      if (taken.subarray(start, end).includes(1)) continue;
      taken.fill(1, start, end);
      found.push({ detector, title, start, secret });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The first characters, so that people know which one it is. */
function redacted(secret: string): string {
  return `${secret.slice(0, 4)}…[${secret.length} characters]`;
}

/** What is told of findings in the order of the text, which is gone through once. */
function toldInOrder(text: string, findings: readonly Finding[]) {
  let line = 1;
  let lineStart = 0;
  let lineEnd = text.indexOf('\n');
  return findings.map((finding) => {
    while (lineEnd !== -1 && lineEnd < finding.start) {
      line += 1;
      lineStart = lineEnd + 1;
      lineEnd = text.indexOf('\n', lineStart);
    }
    return told(finding, line, finding.start - lineStart + 1);
  });
}

function told({ detector, title, start, secret }: Finding, line: number, column: number) {
  return {
    detector,
    source: 'harn',
    title,
    line,
    column_start: column,
    column_end: column + secret.length,
    start_offset: start,
    end_offset: start + secret.length,
    redacted: redacted(secret),
    fingerprint: sha256(secret).slice(0, 16),
  };
}

export function secretScanRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'secret_scan(content: string) -> list<dict>',
      {
        doc: 'Credentials in a text or a diff: `{detector, source, title, line, column_start, column_end, start_offset, end_offset, redacted, fingerprint}` of each, in order. Shapes of known keys and quoted secrets in assignments; no list of findings says that there are none.',
      },
      (_, content) => {
        const text = display(content);
        return fromJson(toldInOrder(text, findAll(text)));
      },
    ),
  ];
}
