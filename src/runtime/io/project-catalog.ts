// What tells the kind of a project: files at its root, lock files, sources. A new language is a row here.

/** One kind of project. */
export type ProjectKind = {
  readonly id: string;
  readonly languages: readonly string[];
  readonly frameworks: readonly string[];
  readonly build_systems: readonly string[];
  /** Files or folders at the root; one is enough. */
  readonly anchors: readonly string[];
  readonly lockfiles: readonly string[];
  readonly source_globs: readonly string[];
  readonly default_build_cmd: string | null;
  readonly default_test_cmd: string | null;
};

function kind(
  id: string,
  anchors: readonly string[],
  sources: readonly string[],
  more: Partial<ProjectKind>,
): ProjectKind {
  return {
    id,
    languages: [id],
    frameworks: [],
    build_systems: [],
    anchors,
    lockfiles: [],
    source_globs: sources,
    default_build_cmd: null,
    default_test_cmd: null,
    ...more,
  };
}

/** A framework of a language: a file that only its projects have. */
function framework(id: string, language: string, anchors: readonly string[]): ProjectKind {
  return kind(id, anchors, [], { languages: [language], frameworks: [id] });
}

const cmds = (build: string | null, test: string | null) => ({
  default_build_cmd: build,
  default_test_cmd: test,
});

export const PROJECT_CATALOG: readonly ProjectKind[] = [
  kind('rust', ['Cargo.toml'], ['**/*.rs'], {
    build_systems: ['cargo'],
    lockfiles: ['Cargo.lock'],
    ...cmds('cargo build', 'cargo test'),
  }),
  kind('go', ['go.mod'], ['**/*.go'], {
    build_systems: ['go'],
    lockfiles: ['go.sum'],
    ...cmds('go build ./...', 'go test ./...'),
  }),
  kind('typescript', ['tsconfig.json', 'tsconfig.base.json'], ['**/*.ts', '**/*.tsx'], {}),
  kind('javascript', ['package.json'], ['**/*.js', '**/*.jsx', '**/*.mjs'], {
    build_systems: ['npm'],
    lockfiles: ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'],
    ...cmds('npm run build', 'npm test'),
  }),
  kind('python', ['pyproject.toml', 'setup.py', 'requirements.txt', 'Pipfile'], ['**/*.py'], {
    build_systems: ['python'],
    lockfiles: ['uv.lock', 'poetry.lock', 'Pipfile.lock', 'pdm.lock'],
    ...cmds(null, 'pytest'),
  }),
  kind('swift', ['Package.swift'], ['**/*.swift'], {
    build_systems: ['spm'],
    lockfiles: ['Package.resolved'],
    ...cmds('swift build', 'swift test'),
  }),
  kind('ruby', ['Gemfile'], ['**/*.rb'], {
    build_systems: ['bundler'],
    lockfiles: ['Gemfile.lock'],
    ...cmds(null, 'bundle exec rake test'),
  }),
  kind('java', ['pom.xml', 'build.gradle'], ['**/*.java'], {
    build_systems: ['maven', 'gradle'],
    lockfiles: ['gradle.lockfile'],
  }),
  kind('kotlin', ['build.gradle.kts'], ['**/*.kt'], {
    build_systems: ['gradle'],
    ...cmds('gradle build', 'gradle test'),
  }),
  kind('php', ['composer.json'], ['**/*.php'], {
    build_systems: ['composer'],
    lockfiles: ['composer.lock'],
    ...cmds(null, 'vendor/bin/phpunit'),
  }),
  kind('elixir', ['mix.exs'], ['**/*.ex', '**/*.exs'], {
    build_systems: ['mix'],
    lockfiles: ['mix.lock'],
    ...cmds('mix compile', 'mix test'),
  }),
  kind('c', ['CMakeLists.txt', 'meson.build'], ['**/*.c', '**/*.cpp', '**/*.h'], {
    build_systems: ['cmake'],
    ...cmds('cmake --build build', 'ctest --test-dir build'),
  }),
  kind('zig', ['build.zig'], ['**/*.zig'], {
    build_systems: ['zig'],
    ...cmds('zig build', 'zig build test'),
  }),
  kind('harn', ['harn.toml'], ['**/*.harn'], {
    build_systems: ['harn'],
    lockfiles: ['harn.lock'],
    ...cmds('harn check .', 'harn test'),
  }),
  framework('next', 'typescript', ['next.config.ts', 'next.config.js', 'next.config.mjs']),
  framework('vite', 'typescript', ['vite.config.ts', 'vite.config.js', 'vite.config.mjs']),
  framework('svelte', 'typescript', ['svelte.config.js', 'svelte.config.ts']),
  framework('django', 'python', ['manage.py']),
  framework('rails', 'ruby', ['config/application.rb', 'bin/rails']),
];
