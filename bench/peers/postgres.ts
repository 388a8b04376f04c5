// A Postgres server of our own in a temporary folder, reached through a socket in it, with the server's default
// durability. Needs the server's programs (`apt-get install postgresql`); they refuse to run as root, so root hands the
// folder to the user `postgres`.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the server's programs are; Debian keeps them out of the path. */
function programs() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort() : [];
  const newest = versions.at(-1);
  return newest === undefined ? '' : join(debian, newest, 'bin');
}

function owner(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A running server. */
export interface Postgres {
  readonly version: string;
  /** Makes a database and gives its URL. */
  createDatabase(name: string): string;
  stop(): void;
}

/** Starts a server; throws when there is none on this machine. */
export function startPostgres(dir: string): Postgres {
  const who = owner();
  mkdirSync(dir, { recursive: true });
  if (who.uid !== undefined && who.gid !== undefined) {
    chownSync(dir, who.uid, who.gid);
    chmodSync(dirname(dir), 0o755);
  }
  const data = join(dir, 'data');
  const bin = programs();
  const run = (program: string, args: readonly string[]) =>
    execFileSync(bin === '' ? program : join(bin, program), [...args], {
      ...who,
      cwd: dir,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  run('initdb', ['-D', data, '-A', 'trust', '-U', 'bench']);
  const options = `-c listen_addresses='' -c unix_socket_directories=${dir}`;
  run('pg_ctl', ['-D', data, '-o', options, '-l', join(dir, 'log'), '-w', 'start']);
  return {
    version: run('postgres', ['--version']).trim(),
    createDatabase(name) {
      run('createdb', ['-h', dir, '-U', 'bench', name]);
      return `postgresql://bench@localhost/${name}?host=${encodeURIComponent(dir)}`;
    },
    stop() {
      run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
    },
  };
}
