// Environment, processes, the network and the machine, as handles and as the older globals.
import { isJsonObject, type Json } from '../base/index.ts';
import {
  commandPolicies,
  defaultShell,
  listShells,
  shellInvocation,
} from '../runtime/boundary/index.ts';
import {
  type CommandResult,
  type CommandSpec,
  envEffects,
  type OcrImage,
  type OcrOptions,
  ocrEffects,
  systemEffects,
} from '../runtime/io/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import {
  type Ctx,
  display,
  fromJson,
  isDict,
  type List,
  type Steps,
  type Value,
} from '../values/index.ts';
import { optionsOf, toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { effectRow } from './effect-row.ts';
import { wrong } from './errors.ts';

const text = (value: Value | undefined) => display(value ?? null);
const none = () => [];

export function envRows(): readonly BuiltinRow[] {
  return [
    effectRow('env.get(name: string) -> string | nil', envEffects.get, {
      doc: 'A variable of the environment; nil when it is not set. Secrets are never kept.',
      aliases: ['env'],
      args: ([name]) => [text(name)],
    }),
    effectRow('env.get_or(name: string, default: any) -> any', envEffects.get, {
      doc: 'A variable of the environment, or what is given when it is not set.',
      aliases: ['env_or'],
      args: ([name]) => [text(name)],
      result: (value: string | null, [, otherwise]) => value ?? otherwise ?? null,
    }),
    effectRow('system.platform() -> dict', systemEffects.platform, {
      doc: '`{os, arch, hostname}` of this machine.',
      args: none,
    }),
    effectRow('system.identity() -> dict', systemEffects.identity, {
      doc: '`{username, hostname, pid}` of the process that holds the run.',
      args: none,
    }),
    effectRow('system.cpu() -> dict', systemEffects.cpu, {
      doc: '`{count, physical_count, model, frequency_mhz, usage_pct}` of the processor; `usage_pct` is measured over a tenth of a second, `physical_count` is nil where it is not known.',
      args: none,
    }),
    effectRow('system.memory() -> dict', systemEffects.memory, {
      doc: '`{total_bytes, used_bytes, available_bytes, total_gb, used_gb, available_gb, pressure}`; pressure is "medium" from three quarters in use, "high" from nine tenths.',
      args: none,
    }),
    ...(['os', 'arch'] as const).map((key) =>
      effectRow(`${key === 'os' ? 'platform' : 'arch'}() -> string`, systemEffects.platform, {
        doc:
          key === 'os'
            ? 'The operating system: "linux", "darwin" or "windows".'
            : 'The processor family.',
        args: none,
        result: (facts: { readonly [key: string]: Value }) => facts[key] ?? null,
      }),
    ),
    ...(['username', 'hostname', 'pid'] as const).map((key) =>
      effectRow(`${key}() -> ${key === 'pid' ? 'int' : 'string'}`, systemEffects.identity, {
        doc: `The ${key} of the process that holds the run.`,
        args: none,
        result: (facts: { readonly [key: string]: Value }) => facts[key] ?? null,
      }),
    ),
  ];
}

/** The result of a command as programs know it: `status` is the older name of `exit_code`. */
function commandResult(result: CommandResult): Value {
  return {
    combined: result.stdout + result.stderr,
    duration_ms: result.duration_ms,
    exit_code: result.exit_code,
    signal: result.signal,
    status: result.exit_code,
    stderr: result.stderr,
    stdout: result.stdout,
    success: result.success,
    timed_out: result.timed_out,
  };
}

/** `{cmd, args?, ...}` and `{argv, ...}` and `{shell, ...}` as one command. */
function commandOf(value: Value | undefined): CommandSpec {
  if (!isDict(value as Value)) return { argv: [text(value)] };
  const { cmd, args, ...rest } = toData(value) as { [key: string]: Json };
  if (cmd == null) return rest as CommandSpec;
  // Numbers are words of a command as good as any; what is no word is refused with the command.
  const words = [cmd, ...(Array.isArray(args) ? args : args == null ? [] : [args])];
  return {
    ...rest,
    argv: words.map((word) => (typeof word === 'number' ? String(word) : word)),
  } as CommandSpec;
}

/** A row that runs a command; policies of commands are asked first. */
function commandRow(
  signature: string,
  doc: string,
  alias: string,
  specOf: (args: List) => CommandSpec,
): BuiltinRow {
  return builtin(
    signature,
    { doc, effect: 'mutation', aliases: [alias] },
    function* (ctx: Ctx, ...args: Value[]): Steps {
      return commandResult(yield* commandPolicies.run(ctx as RunContext, specOf(args)));
    },
  );
}

export function processRows(): readonly BuiltinRow[] {
  return [
    commandRow(
      'process.run(command: any) -> dict',
      'Runs a command to its end: `{argv | cmd, args | shell, cwd?, env?, stdin?, timeout_ms?, on_unknown?}`.',
      'spawn_captured',
      ([command]) => commandOf(command),
    ),
    commandRow(
      'process.exec(...argv: any) -> dict',
      'Runs a program with its arguments.',
      'exec',
      (argv) => ({ argv: argv.map(text) }),
    ),
    commandRow(
      'process.exec_at(dir: string, ...argv: any) -> dict',
      'Runs a program with its arguments in a directory.',
      'exec_at',
      ([dir, ...argv]) => ({ argv: argv.map(text), cwd: text(dir) }),
    ),
    commandRow(
      'process.shell(command: string) -> dict',
      'Runs a line of shell.',
      'shell',
      ([line]) => ({ shell: text(line) }),
    ),
    commandRow(
      'process.shell_at(dir: string, command: string) -> dict',
      'Runs a line of shell in a directory.',
      'shell_at',
      ([dir, line]) => ({ shell: text(line), cwd: text(dir) }),
    ),
    ...shellRows(),
    effectRow('process.ocr(image: any, options: dict?) -> dict', ocrEffects.ocr, {
      doc: 'The text of an image, by the program `tesseract`: `{text, blocks, lines, tokens, source, backend, stats}`. The image is a path, `{path}`, `{storage: {path}}`, `{bytes_base64, mime_type}` or `{data_url}`. Options: `language` ("eng"), `timeout_ms`.',
      aliases: ['vision_ocr'],
      args: ([image, options]) => [
        isDict(image ?? null) ? (toData(image) as OcrImage) : text(image),
        optionsOf<OcrOptions>(options),
      ],
    }),
  ];
}

function shellRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'process.list_shells() -> dict',
      {
        doc: 'The shells of this machine: `{shells, default_shell_id}`, each `{id, label, path, platform, default_args, login_args, ...}`.',
        effect: 'read',
      },
      function* (ctx: Ctx): Steps {
        return fromJson(yield* listShells(ctx as RunContext));
      },
    ),
    builtin(
      'process.default_shell() -> dict | nil',
      {
        doc: 'The shell that is meant when none is named; nil when there is none.',
        effect: 'read',
      },
      function* (ctx: Ctx): Steps {
        return fromJson(yield* defaultShell(ctx as RunContext));
      },
    ),
    builtin(
      'process.shell_invocation(request: dict?) -> dict',
      {
        doc: 'How a line is handed to a shell, without running it: `{program, args, command_arg_index, shell}` of `{shell_id | shell, command?, login?, interactive?}`.',
        effect: 'read',
      },
      function* (ctx: Ctx, request: Value = null): Steps {
        const asked = toData(request) ?? {};
        if (!isJsonObject(asked)) {
          const detail = 'the request must be a dict';
          throw wrong.argument({ builtin: 'process.shell_invocation', detail });
        }
        return fromJson(yield* shellInvocation(ctx as RunContext, asked));
      },
    ),
  ];
}
