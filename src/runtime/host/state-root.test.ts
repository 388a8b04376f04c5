// Where state and caches live, and which names are secret.
import { describe, expect, it } from 'vitest';
import { createMockHost } from './mock.ts';
import { isSecretName } from './secret-names.ts';
import { findStateRoot, userCacheDir } from './state-root.ts';

describe('the state root', () => {
  it('is beside the nearest manifest above', async () => {
    const files = { '/p/harn.toml': '', '/p/inner/harn.toml': '', '/p/inner/a/b/x': '' };
    expect(await findStateRoot(createMockHost({ cwd: '/p/inner/a/b', files }))).toEqual({
      projectDir: '/p/inner',
      stateDir: '/p/inner/.harn',
      databasePath: '/p/inner/.harn/harn.sqlite',
    });
    const outer = await findStateRoot(createMockHost({ cwd: '/p', files }));
    expect(outer.stateDir).toBe('/p/.harn');
  });

  it('is in the working directory when there is no manifest', async () => {
    const host = createMockHost({ cwd: '/p/a' });
    expect((await findStateRoot(host)).stateDir).toBe('/p/a/.harn');
    expect(host.files.snapshot()).toEqual({});
  });

  it('follows HARN_STATE_DIR, from the working directory when relative; empty counts as unset', async () => {
    const files = { '/p/harn.toml': '' };
    const find = async (dir: string) =>
      (await findStateRoot(createMockHost({ cwd: '/p/a', files, env: { HARN_STATE_DIR: dir } })))
        .stateDir;
    expect(await find('/var/state')).toBe('/var/state');
    expect(await find('../state')).toBe('/p/state');
    expect(await find('')).toBe('/p/.harn');
  });
});

describe('the cache directory', () => {
  it.each([
    [{ env: { XDG_CACHE_HOME: '/c' } }, '/c/harn'],
    [{ env: { XDG_CACHE_HOME: 'relative' } }, '/home/user/.cache/harn'],
    [{}, '/home/user/.cache/harn'],
    [{ platform: 'darwin' }, '/home/user/Library/Caches/harn'],
    [{ platform: 'win32', env: { LOCALAPPDATA: 'C:/Local' } }, 'C:/Local/harn'],
    [{ env: { LOCALAPPDATA: 'C:/Local' } }, '/home/user/.cache/harn'],
  ])('with %j is %s', (options, path) => {
    expect(userCacheDir(createMockHost(options))).toBe(path);
  });
});

describe('secret names', () => {
  it.each([
    'OPENAI_API_KEY',
    'GITHUB_TOKEN',
    'github_token',
    'DB_PASSWORD',
    'PGPASSWORD',
    'CLIENT_SECRET',
    'AWS_SECRET_ACCESS_KEY',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'npm_config__authToken',
    'apiKey',
    'SESSION_COOKIE',
  ])('%s is one', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    'PATH',
    'HOME',
    'PWD',
    'OLDPWD',
    'KEYBOARD',
    'MONKEY',
    'TOKENIZERS_PARALLELISM',
    'AUTHOR',
  ])('%s is none', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});
