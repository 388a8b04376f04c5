// A chat through a pipe: every line of stdin is a message, what the model says goes to stdout; with `--json` everything
// that happens, one envelope per line. There is nobody to ask: tools that change something are denied.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Redactor } from '../../runtime/records/index.ts';
import type { Output } from '../output.ts';
import { type ChatEvent, type ChatSkill, type Front, type Typed, typedOf } from './front.ts';
import { callText, endText } from './show.ts';

export class PipeFront implements Front {
  readonly #host: Host;
  readonly #output: Output;
  readonly #skills: readonly ChatSkill[];
  /** Set for `--json`. */
  readonly #redactor: Redactor | undefined;
  #seq = 0;
  #hasText = false;

  constructor(
    host: Host,
    output: Output,
    redactor: Redactor | undefined,
    skills: readonly ChatSkill[] = [],
  ) {
    this.#skills = skills;
    this.#host = host;
    this.#output = output;
    this.#redactor = redactor;
  }

  async next(signal: AbortSignal): Promise<Typed> {
    const line = await this.#host.stdio.readLine({ signal });
    return line === undefined ? { kind: 'leave' } : typedOf(line, this.#skills);
  }

  async approve(): Promise<string> {
    return 'no: nobody is there to approve it (harn chat --yes approves everything)';
  }

  onStop(): void {
    // A pipe cannot say so: Ctrl-C parks the run.
  }

  show(event: ChatEvent): void {
    if (this.#redactor !== undefined) this.#line(event, this.#redactor);
    else this.#text(event);
  }

  close(): void {
    return;
  }

  #line({ type, ...facts }: ChatEvent, redactor: Redactor): void {
    this.#seq += 1;
    const told: { [name: string]: Json } = {};
    for (const [name, value] of Object.entries(facts) as [string, Json][]) {
      const isDeep = isJsonObject(value) || Array.isArray(value);
      told[name] = isDeep ? redactor.redact(value) : asShown(value, redactor);
    }
    const data: JsonObject = { event_type: type, seq: this.#seq, ...told };
    const envelope = { schemaVersion: 1, ok: true, data, error: null, warnings: [] };
    this.#output.line(JSON.stringify(envelope));
  }

  #text(event: ChatEvent): void {
    const { terminal } = this.#output;
    switch (event.type) {
      case 'text':
        terminal.out(event.text);
        this.#hasText = !event.text.endsWith('\n');
        return;
      case 'tool_call':
        this.#endLine();
        this.#output.remark(`→ ${callText(event.name, event.arguments)}`);
        return;
      case 'turn': {
        this.#endLine();
        const end = endText(event.state);
        if (end !== undefined) this.#output.remark(`harn: ${end}`);
        return;
      }
      case 'note':
        this.#output.remark(event.text);
        return;
      case 'error':
        this.#output.remark(`harn: ${event.message} [${event.code}]`);
        return;
      default:
        return;
    }
  }

  #endLine(): void {
    if (this.#hasText) this.#output.line();
    this.#hasText = false;
  }
}

function asShown(value: Json, redactor: Redactor): Json {
  return typeof value === 'string' ? redactor.text(value) : value;
}
