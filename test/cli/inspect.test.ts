// Breakpoints in Harn programs, set by a debugger that knows nothing of Harn: through Node's own inspector.
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cli, type Live, type Project } from './cli.ts';
import { Debugger } from './inspector.ts';

const PROGRAM = `import { double } from "./lib"

fn area(width: int, height: int) -> int {
  var total = 0
  for row in 0 to width exclusive {
    total = total + height
  }
  return total
}

pipeline main(task) {
  let big = area(3, 4)
  println("area \${double(big)}")
}
`;
const LIB = `pub fn double(n: int) -> int {
  let twice = n * 2
  return twice
}
`;

let cli: Cli;
let project: Project;
beforeAll(async () => {
  cli = await Cli.build();
  project = cli.project({ 'main.harn': PROGRAM, 'lib.harn': LIB });
}, 120_000);
afterAll(() => cli.remove());

const url = (name: string) => pathToFileURL(project.path(name)).href;

async function attach(live: Live): Promise<Debugger> {
  await live.says('ws://');
  return Debugger.connect(live.stderr);
}

describe('a debugger on a Harn program', () => {
  test('stops at a breakpoint on a line of a .harn file and reads variables by their names', async () => {
    const live = project.start('run', '--inspect-brk=0', 'main.harn');
    const debug = await attach(live);
    debug.breakAt(url('main.harn'), 6);
    debug.breakAt(url('lib.harn'), 3);
    await debug.begin();

    const start = await debug.stop();
    expect([start.url, start.line]).toEqual([url('main.harn'), 12]);
    await debug.resume();

    for (const total of [0, 4, 8]) {
      const stop = await debug.stop();
      expect([stop.url, stop.line, stop.text]).toEqual([
        url('main.harn'),
        6,
        '    total = total + height',
      ]);
      expect(stop.locals).toMatchObject({ width: 3, height: 4, total });
      await debug.resume();
    }

    const inLib = await debug.stop();
    expect([inLib.url, inLib.line]).toEqual([url('lib.harn'), 3]);
    expect(inLib.locals).toMatchObject({ n: 12, twice: 24 });
    await debug.resume();
    // Node keeps a process whose debugger listens until it goes.
    debug.close();
    expect(await live.done).toMatchObject({ status: 0, stdout: 'area 24\n' });
  }, 60_000);

  test("the inspector of Node's own options is enough", async () => {
    const debugged = project.with({ NODE_OPTIONS: '--inspect-wait=0' });
    const supported = process.allowedNodeEnvironmentFlags.has('--inspect-wait');
    const live = (supported ? debugged : project.with({ NODE_OPTIONS: '--inspect-brk=0' })).start(
      'run',
      'main.harn',
    );
    const debug = await attach(live);
    debug.breakAt(url('main.harn'), 8);
    await debug.begin();
    let stop = await debug.stop();
    // --inspect-brk stops in the launcher first.
    while (stop.url === undefined) {
      await debug.resume();
      stop = await debug.stop();
    }
    expect([stop.url, stop.line]).toEqual([url('main.harn'), 8]);
    expect(stop.locals).toMatchObject({ total: 12 });
    await debug.resume();
    debug.close();
    expect(await live.done).toMatchObject({ status: 0, stdout: 'area 24\n' });
  }, 60_000);

  test('an error in code that is debugged has the place it has without a debugger', async () => {
    const broken = cli.project({ 'main.harn': 'pipeline main(task) {\n  throw "boom"\n}\n' });
    const live = broken.start('run', '--inspect-brk=0', 'main.harn');
    const debug = await attach(live);
    await debug.begin();
    await debug.stop();
    await debug.resume();
    debug.close();
    const { status, stderr } = await live.done;
    expect(status).toBe(1);
    expect(stderr).toContain(broken.harn('run', 'main.harn').stderr);
  }, 60_000);

  test('a port that is none is refused before anything runs', () => {
    expect(project.harn('run', '--inspect=many', 'main.harn')).toMatchObject({
      status: 2,
      stdout: '',
    });
  });
});
