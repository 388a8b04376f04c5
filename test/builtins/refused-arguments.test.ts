// Arguments that builtins with effects once stumbled over, and what they say to them.
import { describe, expect, test } from 'vitest';
import { printed } from '../agents/program.ts';

const HEAD = 'fn any(x: any) -> any { return x }';

const REFUSED: readonly (readonly [call: string, says: RegExp])[] = [
  ['spawn_captured({argv: any("ls")})', /`argv` has to be a list of texts/],
  ['spawn_captured({cmd: "ls", args: any([{}])})', /`argv` has to be a list of texts/],
  ['spawn_captured({shell: any(1)})', /`shell` has to be a text/],
  ['spawn_captured({argv: ["ls"], env: any(["A=b"])})', /`env` has to be a dict of texts/],
  ['spawn_captured({argv: ["ls"], timeout_ms: any("1s")})', /`timeout_ms` has to be a number/],
  ['spawn_captured({shell: nil, argv: nil})', /command is required/],
  ['pool_wait(any(nil))', /no task of a pool/],
  ['pool_wait(any([{name: "a"}]))', /no task of a pool/],
  ['scan_directory(".", any({pattern: {}}))', /has to be a text/],
  ['llm_call("a", nil, any(3))', /options must be a dict, got/],
  ['run_record_eval_suite(any(nil))', /'cases' expected list/],
  ['run_record_save({}, any({}))', /'path' expected string/],
  ['http_mock("GET", "*", any({body: {a: 1}}))', /`body` of an answer has to be a text/],
  ['mock_time(any(pow(10.0, 308)))', /no instant that a clock can show/],
  ['advance_time(any(pow(10.0, 308)))', /no instant that a clock can show/],
];

describe('a builtin with an effect refuses what it cannot work with', () => {
  test.each(REFUSED)('%s', async (call, says) => {
    const [told = ''] = await printed(
      `${HEAD}\npipeline main() { try { ${call}\nprintln("done") } catch (e) { println("\${e}") } }`,
    );
    expect(told).toMatch(says);
  });

  test('a wait of more than the time there is waits as long as there is time', async () => {
    const told = await printed(`${HEAD}
pipeline main() {
  mock_time(0)
  const held = sync_semaphore_acquire("gpu", 1, 1)
  println(to_string(sync_semaphore_acquire("gpu", 1, 1, any(pow(10.0, 308)))))
  println(timestamp() > 1000000000.0)
}`);
    expect(told).toEqual(['nil', 'true']);
  });
});
