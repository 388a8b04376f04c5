// Examples of builtins: project-facts.
import type { Examples } from './example.ts';

export const PROJECT_FACTS_EXAMPLES: Examples = {
  'project.content_hash': {
    source:
      'mkdir("src")\nwrite_file("src/a.txt", "one")\nconst before = compute_content_hash("src")\nwrite_file("src/a.txt", "two")\nprintln(compute_content_hash("src") == before)',
    prints: 'false',
  },
  'project.context_files': {
    source:
      'mkdir("app/src")\nwrite_file("app/package.json", "{}")\nwrite_file("app/src/a.ts", "export const a = 1")\nfor file in harness.project.context_files("app", {max_chars_per_file: 8}) {\n  println([file.path, file.content, file.truncated])\n}',
    prints: '[package.json, {}, false]\n[src/a.ts, export c, true]',
  },
  'project.operator_meta': {
    source:
      'mkdir("app/.github/workflows")\nwrite_file("app/.github/workflows/ci.yml", "name: CI\\njobs: {unit_tests: {steps: []}}")\nconst ci = harness.project.operator_meta("app")\nprintln(ci.workflows[0].jobs[0].classifications)',
    prints: '[test]',
  },
  'project.folders': {
    source:
      'mkdir("app/src")\nconst before = harness.project.folders("app")\nwrite_file("app/src/a.ts", "")\nconst after = harness.project.folders("app")\nprintln(after.filter({ f -> !before.contains(f) }).map({ f -> f.path }))',
    prints: '[src]',
  },
  'project.metadata_put': {
    source:
      'metadata_set("src", "owner", {team: "core", since: 2024})\nharness.project.metadata_put("owner", {src: {team: "web"}, docs: {team: "docs"}})\nprintln(metadata_entries("owner").map({ entry -> [entry.dir, entry.local] }))',
    prints: '[[docs, {team: docs}], [src, {team: web}]]',
  },
  'project.default_commands': {
    source: 'write_file("Cargo.toml", "[package]")\nprintln(harness.project.default_commands())',
    prints: '{build: cargo build, test: cargo test}',
  },
  'project.fingerprint': {
    source:
      'mkdir("web")\nwrite_file("web/package.json", "{\\"devDependencies\\": {\\"vitest\\": \\"*\\"}}")\nwrite_file("web/package-lock.json", "{}")\nconst f = harness.project.fingerprint("web")\nprintln([f.primary_language, f.package_manager, f.test_runner, f.lockfile_paths])',
    prints: '[javascript, npm, vitest, [package-lock.json]]',
  },
  'project.metadata_set': {
    source:
      'metadata_set("src", "owner", {team: "core"})\nmetadata_set("src", "owner", {since: 2024})\nprintln(metadata_get("src", "owner"))',
    prints: '{since: 2024, team: core}',
  },
  'project.metadata_get': {
    source:
      'metadata_set(".", "style", {tabs: false, width: 80})\nmetadata_set("src/ui", "style", {width: 100})\nprintln(metadata_get("src/ui/button", "style"))',
    prints: '{tabs: false, width: 100}',
  },
  'project.metadata_resolve': {
    source:
      'metadata_set(".", "style", {width: 80})\nmetadata_set("src", "owner", {team: "core"})\nprintln(metadata_resolve("src"))',
    prints: '{owner: {team: core}, style: {width: 80}}',
  },
  'project.metadata_entries': {
    source:
      'metadata_set(".", "style", {width: 80})\nmetadata_set("src", "style", {tabs: true})\nfor entry in metadata_entries("style") {\n  println("${entry.dir}: ${entry.local} becomes ${entry.resolved}")\n}',
    prints: '.: {width: 80} becomes {width: 80}\nsrc: {tabs: true} becomes {tabs: true, width: 80}',
  },
  'project.metadata_refresh_hashes': {
    source:
      'mkdir("src")\nmetadata_set("src", "owner", {team: "core"})\nmetadata_refresh_hashes()\nwrite_file("src/new.txt", "hi")\nprintln(metadata_stale().tier1)',
    prints: '[src]',
  },
  'project.metadata_stale': {
    source:
      'mkdir("src")\nwrite_file("src/a.txt", "one")\nmetadata_set("src", "owner", {team: "core"})\nmetadata_refresh_hashes()\nprintln(metadata_stale().any_stale)\nwrite_file("src/a.txt", "two")\nprintln(metadata_stale())',
    prints: 'false\n{any_stale: true, tier1: [], tier2: [src]}',
  },
  'project.invalidate_facts': {
    source:
      'metadata_set("src", "owner", {team: "core"})\nmetadata_refresh_hashes()\ninvalidate_facts("src")\nprintln(metadata_stale().any_stale)',
    prints: 'true',
  },
  'project.metadata_save': {
    source:
      'metadata_set("src", "owner", {team: "core"})\nmetadata_save()\nprintln(file_exists(".harn/metadata/owner/entries.json"))',
    prints: 'true',
  },
  'project.metadata_status': {
    source:
      'metadata_set("src", "owner", {team: "core"})\nconst status = metadata_status()\nprintln([status.directory_count, status.namespaces, status.missing_content_hash])',
    prints: '[1, [owner], [src]]',
  },
  'project.scan_directory': {
    source:
      'mkdir("api/tests")\nwrite_file("api/main.rs", "")\nwrite_file("api/tests/all.rs", "")\nprintln(scan_directory("api", "*.rs").map({ found -> [found.path, found.depth] }))',
    prints: '[[api/main.rs, 0], [api/tests/all.rs, 1]]',
  },
  'project.scan_tree': {
    source:
      'write_file("go.mod", "module example.com/a")\nmkdir("web")\nwrite_file("web/package.json", "{}")\nconst tree = harness.project.scan_tree(".")\nprintln(keys(tree))\nprintln(tree["."].languages)',
    prints: '[., web]\n[go]',
  },
};
