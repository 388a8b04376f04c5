// What rules know about a module, and how they report: which names are read, which texts name types, what to change.
import type { HarnError, Span } from '../../../base/index.ts';
import type { Binding, CheckedModule } from '../../2-check/checked-module.ts';
import type { AssignStatement, Module, Node } from '../../ast.ts';
import type { Edit } from '../edits.ts';
import { walk } from '../walk.ts';
import type { RuleKey } from './errors.ts';
import type { TemplateReader } from './template-bindings.ts';

/** What a project wants of the linter. */
export interface LintOptions {
  /** Names of rules that are off. */
  readonly disabled?: readonly string[] | undefined;
  readonly complexityThreshold?: number | undefined;
  readonly requireFileHeader?: boolean | undefined;
  /** What is known of the prompt templates that the module names; without it nothing is said of them. */
  readonly templates?: TemplateReader | undefined;
}

/** One finding; its error has a span. `fix` keeps what the program does. */
export interface LintFinding {
  readonly rule: RuleKey;
  readonly error: HarnError;
  readonly fix: readonly Edit[] | undefined;
}

/** What every rule is given. */
export class LintContext {
  readonly checked: CheckedModule;
  readonly module: Module;
  readonly text: string;
  readonly options: LintOptions;
  readonly findings: LintFinding[] = [];
  /** Bindings whose value is used somewhere. */
  readonly read = new Set<Binding>();
  /** Bindings that are used or assigned. */
  readonly touched = new Set<Binding>();
  /** Bindings that are used as values somewhere, not only called. */
  readonly handedOn = new Set<Binding>();
  /** Every name that stands for a type, a struct, an enum or a parent. */
  readonly typeNames = new Set<string>();
  /** Every name that is used at all, whatever it means. */
  readonly names = new Set<string>();

  constructor(checked: CheckedModule, options: LintOptions) {
    this.checked = checked;
    this.module = checked.module;
    this.text = checked.source.text;
    this.options = options;
    walk(this.module, (node, around) => this.#count(node, around.at(-1)));
  }

  #count(node: Node, parent: Node | undefined): void {
    const binding = this.checked.uses.get(node);
    if (binding !== undefined) {
      this.touched.add(binding);
      const isWrite =
        parent?.kind === 'AssignStatement' && parent.target === node && isPlainWrite(parent);
      if (!isWrite) this.read.add(binding);
      const isCallee = parent?.kind === 'Call' && parent.callee === node;
      if (node.kind === 'Identifier' && !isCallee) this.handedOn.add(binding);
    }
    switch (node.kind) {
      case 'Identifier':
        this.names.add(node.name);
        break;
      case 'NamedType':
        for (const part of node.name.split('.')) this.typeNames.add(part);
        break;
      case 'StructLiteral':
        this.typeNames.add(node.name);
        break;
      case 'VariantPattern':
        this.typeNames.add(node.enumName ?? node.variant);
        break;
      case 'PipelineDeclaration':
        if (node.extends !== undefined) this.names.add(node.extends);
        break;
      case 'ImplDeclaration':
        this.typeNames.add(node.name);
        break;
      default:
    }
  }

  report(rule: RuleKey, error: HarnError, fix?: readonly Edit[]): void {
    this.findings.push({ rule, error, fix });
  }

  slice({ start, end }: Span): string {
    return this.text.slice(start, end);
  }

  /** Whether a comment lies in the range. */
  hasComment({ start, end }: { readonly start: number; readonly end: number }): boolean {
    return this.module.comments.some(({ span }) => span.start >= start && span.end <= end);
  }
}

function isPlainWrite(node: AssignStatement): boolean {
  return node.operator === '=';
}
