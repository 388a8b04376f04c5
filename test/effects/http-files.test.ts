// Files that requests send and leave behind: by the program's own right to files, and no other.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { createNodeHttp } from '../../src/runtime/host/node-http.ts';
import { printed } from './scene.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that answers with what it was sent. */
async function echo() {
  const server = createServer((request, response) => void request.pipe(response));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function online(): MockHost {
  const host = createMockHost({ files: { '/work/notes.txt': 'kept to itself' } });
  return Object.assign(host, { http: createNodeHttp({ clock: host.clock, env: () => undefined }) });
}

const asked = (expression: string) => `pipeline main() {
  const answer = try { ${expression} }
  println(is_ok(answer) ? unwrap(answer) : unwrap_err(answer))
}`;
const form = (at: string, parts: string) =>
  asked(`http_post("${at}", nil, {multipart: ${parts}}).body`);

describe('a form', () => {
  it('has files by their path, under their own names unless another is given', async () => {
    const [text] = [
      await printed(
        form(
          await echo(),
          '[{name: "a", path: "/work/notes.txt"}, {name: "b", path: "/work/notes.txt", filename: "x.md"}]',
        ),
        online(),
      ),
    ];
    const body = text.join('\n');
    expect(body).toContain('name="a"; filename="notes.txt"');
    expect(body).toContain('name="b"; filename="x.md"');
    expect(body.match(/kept to itself/g)).toHaveLength(2);
  });

  it.each([['fs'], ['fs:read'], ['fs.read_base64']])(
    'has no files where %s is denied',
    async (rule) => {
      const text = form(await echo(), '[{name: "a", path: "/work/notes.txt"}]');
      const lines = await printed({ text, deny: [rule] }, online());
      expect(lines.join()).toContain('fs.read_base64');
      expect(lines.join()).not.toContain('kept');
    },
  );

  it('says which file is not there, and sends nothing', async () => {
    const lines = await printed(
      form(await echo(), '[{name: "a", path: "/work/none.txt"}]'),
      online(),
    );
    expect(lines.join()).toContain('/work/none.txt');
  });

  it.each(['7', '[nil]', '["a"]', '[{name: 7, value: "x"}]', '[{name: "a", value_base64: "%"}]'])(
    'is refused when it is none: %s',
    async (parts) => {
      const lines = await printed(form(await echo(), parts), online());
      expect(lines).toEqual([
        'the option multipart of a request must be a list of {name, value | value_base64 | path}, all of them texts',
      ]);
    },
  );
});

describe('a download', () => {
  it.each([['fs'], ['fs:write']])('leaves no file where %s is denied', async (rule) => {
    const host = online();
    const text = asked(`http_download("${await echo()}", "/work/new.txt").status`);
    const lines = await printed({ text, deny: [rule] }, host);
    expect(lines.join()).toContain('fs.write_text');
    expect(await host.fs.exists('/work/new.txt')).toBe(false);
  });
});
