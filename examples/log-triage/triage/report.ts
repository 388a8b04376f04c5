// What is said about incidents: to people in the report and in tickets, to the model in its question. The twin of
// report.harn.
import type { AccessLog, Entry } from './access-log.ts';
import type { Finding, Incident } from './detect.ts';

/** An incident with everything that is said about it. */
export interface Described {
  readonly number: number;
  readonly name: string;
  readonly title: string;
  readonly contrast: string;
  readonly start: string;
  readonly end: string;
  readonly answers: string;
  readonly addresses: string;
  readonly agents: string;
  readonly besides: string;
  readonly also: readonly string[];
  readonly evidence: readonly string[];
}

export interface TicketItem {
  readonly title: string;
  readonly start: string;
  readonly end: string;
  readonly log: string;
  readonly summary: string;
  readonly evidence: string;
  readonly ticket: string;
}

export const ANALYST = `
You explain incidents found in the access log of a web shop to the person on call. In at most three sentences: what
happened, the most likely cause, what to do next. Use only the facts given.
`.trim();

/** How often each value occurs, most often first: `198.51.100.23 (130), 198.51.100.24 (130)`. */
function mostCommon(
  entries: readonly Entry[],
  fieldOf: (entry: Entry) => string,
  limit: number,
): string {
  const counts = new Map<string, number>();
  for (const entry of entries) {
    const value = fieldOf(entry);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const named = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const shown = named.slice(0, limit).map(([value, count]) => `${value} (${count})`);
  if (named.length > limit) shown.push(`and ${named.length - limit} more`);
  return shown.join(', ');
}

const answerOf = (entry: Entry) => `${entry.method} ${entry.prefix} ${entry.status}`;

const percent = (share: number) => `${(Math.round(share * 1000) / 10).toFixed(1)} %`;

/** A moment without its seconds, in UTC. */
const moment = (at: number) => new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ');

/** `/login: 519 of 520 requests denied` */
function titleOf(found: Finding): string {
  if (found.outcome === 'any') return `${found.value}: ${found.count} requests`;
  return `${found.value}: ${found.count} of ${found.of} requests ${found.outcome}`;
}

/** What makes a finding stand out against the rest of its series. */
function contrastOf(found: Finding): string {
  if (found.kind === 'burst') return `a burst: usually ${found.usual} in five minutes`;
  const [before, share, last] = [found.before, found.share, found.last].map(percent);
  return `a lasting rise: ${before} at first, ${share} since, ${last} at last`;
}

/** An incident in words. `number` counts from 1. */
export function describe(incident: Incident, number: number, entries: readonly Entry[]): Described {
  const { lead, lines } = incident;
  const clients = new Set(lead.entries.map((entry) => entry.client));
  // What the same addresses did besides, while it lasted: a password that fitted at last, for example. Only when it is
  // little; visitors who come upon a fault do many things besides.
  const others = entries.filter(
    (entry) =>
      entry.at >= lead.start &&
      entry.at <= lead.end &&
      clients.has(entry.client) &&
      !lines.has(entry.line),
  );
  const besides = others.length * 10 <= lead.count ? others : [];
  const slug = `${lead.outcome} ${lead.value}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return {
    number,
    name: `${number}-${slug}`.slice(0, 40).replace(/^-|-$/g, ''),
    title: titleOf(lead),
    contrast: contrastOf(lead),
    start: moment(lead.start),
    end: moment(lead.end),
    answers: mostCommon(lead.entries, answerOf, 5),
    addresses: mostCommon(lead.entries, (entry) => entry.client, 4),
    agents: mostCommon(lead.entries, (entry) => entry.agent, 2),
    besides: mostCommon(besides, (entry) => `${answerOf(entry)} as ${entry.user}`, 4),
    also: incident.also.slice(0, 3).map((found) => `${titleOf(found)} (${contrastOf(found)})`),
    evidence: [...lead.entries, ...besides]
      .sort((a, b) => a.line - b.line)
      .map((entry) => `${entry.line}: ${entry.text}`),
  };
}

function factsOf(incident: Described): readonly string[] {
  return [
    `When: ${incident.start} to ${incident.end} UTC`,
    `Seen as: ${incident.contrast}`,
    `Answers: ${incident.answers}`,
    `Addresses: ${incident.addresses}`,
    `Agents: ${incident.agents}`,
    ...(incident.besides === '' ? [] : [`Besides, from the same addresses: ${incident.besides}`]),
    ...incident.also.map((text) => `Also noticed: ${text}`),
  ];
}

/** The question about an incident. */
export function questionAbout(incident: Described): string {
  return [incident.title, ...factsOf(incident)].join('\n');
}

/** The report as Markdown. `answers` has one text for each incident. */
export function reportOf(
  logName: string,
  log: AccessLog,
  incidents: readonly Described[],
  answers: readonly string[],
): string {
  const lines = [
    `# Triage of ${logName}`,
    '',
    `${log.entries.length} requests, ${log.malformed} lines that are no entries, ${incidents.length} incidents.`,
    '',
    '| | from (UTC) | to | what |',
    '|---|---|---|---|',
    ...incidents.map(
      ({ number, start, end, title }) => `| ${number} | ${start} | ${end} | ${title} |`,
    ),
    ...incidents.flatMap((incident, index) => [
      '',
      `## ${incident.number}. ${incident.title}`,
      '',
      answers[index] ?? '',
      '',
      ...factsOf(incident).map((fact) => `- ${fact}`),
      `- Evidence: evidence/${incident.name}.log, ${incident.evidence.length} lines`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** A ticket for the queue of whoever follows up. */
export function ticketOf(item: TicketItem): string {
  return [
    `# ${item.title}`,
    '',
    `${item.start} to ${item.end} UTC, found in ${item.log}.`,
    '',
    item.summary,
    '',
    `- [ ] looked at the evidence (${item.evidence})`,
    '- [ ] cause confirmed',
    '- [ ] done',
    '',
  ].join('\n');
}
