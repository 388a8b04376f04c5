// The programs that stand in README.md and docs/*.md, as files that can be compiled and checked. Pieces of TypeScript are put into a
// function; what they take from their surroundings (`harness`, `store`, ...) is declared once, below.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A program of a page: the name says where it stands. */
export interface DocBlock {
  readonly name: string;
  readonly text: string;
}

/** Every block of a language in the pages below `root`. */
export function docBlocks(root: string, language: 'ts' | 'harn'): readonly DocBlock[] {
  const docs = readdirSync(path.join(root, 'docs')).filter((file) => file.endsWith('.md'));
  const pages = ['README.md', ...docs.map((file) => `docs/${file}`)];
  const wanted = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return pages.flatMap((page) => {
    const text = readFileSync(path.join(root, page), 'utf8');
    return [...text.matchAll(wanted)].map(({ index, 1: block = '' }) => {
      const line = text.slice(0, index).split('\n').length;
      return { name: `${path.basename(page, '.md').replace('-', '_')}_${line}`, text: block };
    });
  });
}

/** A block as a module: its imports, and the rest as the body of a function. */
export function asModule(block: string): string {
  const lines = block.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const body = lines.filter((line) => !line.startsWith('import '));
  return `${imports.join('\n')}\nexport async function block() {\n${body.join('\n')}\n}\n`;
}

/** What pieces take for granted. */
export const SURROUNDINGS = `
type Harn = typeof import('harn');
type Serve = typeof import('harn/serve');
declare const createRuntime: Harn['createRuntime'];
declare const openStore: Harn['openStore'];
declare const defineTool: Harn['defineTool'];
declare const serveMcpPipelines: Serve['serveMcpPipelines'];
declare const serveMcpStdio: Serve['serveMcpStdio'];
declare const harness: import('harn').Harness;
declare const store: import('harn').Store;
declare const runtime: import('harn').Runtime;
declare const triage: import('harn').Pipeline<string, string>;
declare const followUp: import('harn').Pipeline<string, string>;
declare const refunds: import('harn').Pipeline<string, string>;
declare const review: import('harn').Pipeline<string, string>;
declare const send: import('harn').AgentTool;
declare const clerk: import('harn').WorkerBody;
declare const schema: import('harn').JsonObject;
declare const inputSchema: import('harn').JsonObject;
declare const editor: {
  selection(): Promise<string>;
  open(path: unknown, key: string | null | undefined): Promise<null>;
};
declare function readFile(params: import('harn').JsonObject): Promise<string>;
declare function toolsOf(harness: import('harn').Harness): import('ai').ToolSet;
declare const paths: readonly string[];
declare const input: string;
declare const runId: string;
declare const why: string;
declare const id: string;
declare const task: string;
declare const port: number;
`;
