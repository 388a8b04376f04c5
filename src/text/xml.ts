// XML as reports of tools have it: elements, attributes and text. Lenient about everything that does not change these;
// entities of a document type are not expanded.

/** An element; its text is that of itself, not of elements in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const OPENING = /<([^\s/>!?]+)/y;
// Nothing follows the last group of either, so neither goes back and tries again.
const ATTRIBUTES = /(?:[^>"']+|"[^"]*"|'[^']*')*/y;
const ATTRIBUTE = /([^\s=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g;
const CLOSING = /<\/([^\s>]+)\s*>/y;
/** Reports are flat; what nests deeper is not one. */
const DEEPEST = 200;

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** The root element; undefined when the text is no well-nested XML. Takes time with the length of the text only. */
export function parseXml(xml: string): XmlElement | undefined {
  const root: Open = { name: '', attributes: new Map(), children: [], text: '' };
  const open: Open[] = [root];
  let at = 0;
  while (at < xml.length) {
    const piece = pieceAt(xml, at);
    if (piece === undefined) return undefined;
    at = piece.end;
    const current = open[open.length - 1] as Open;
    current.text += piece.text ?? '';
    if (piece.opened !== undefined) {
      const attributes = attributesOf(piece.attributes ?? '');
      const element = { name: piece.opened, attributes, children: [], text: '' };
      current.children.push(element);
      if (piece.empty !== true) open.push(element);
      if (open.length > DEEPEST) return undefined;
    } else if (piece.closed !== undefined) {
      if (open.length === 1 || current.name !== piece.closed) return undefined;
      open.pop();
    }
  }
  return open.length === 1 ? root.children[0] : undefined;
}

/** What stands at one place: text, the beginning or the end of an element, or something without meaning for us. */
interface Piece {
  readonly end: number;
  readonly text?: string;
  readonly opened?: string;
  readonly attributes?: string;
  /** An element without an end of its own. */
  readonly empty?: boolean;
  readonly closed?: string;
}

function pieceAt(xml: string, at: number): Piece | undefined {
  if (xml[at] !== '<') {
    const next = xml.indexOf('<', at);
    const end = next === -1 ? xml.length : next;
    return { end, text: decodeEntities(xml.slice(at, end)) };
  }
  if (xml.startsWith('<!--', at)) return upTo(xml, at + 4, '-->');
  if (xml.startsWith('<![CDATA[', at)) {
    const piece = upTo(xml, at + 9, ']]>');
    return piece && { ...piece, text: xml.slice(at + 9, piece.end - 3) };
  }
  if (xml.startsWith('<?', at)) return upTo(xml, at + 2, '?>');
  if (xml.startsWith('<!DOCTYPE', at)) return documentType(xml, at);
  if (xml[at + 1] !== '/') return opening(xml, at);
  CLOSING.lastIndex = at;
  const [whole = '', closed] = CLOSING.exec(xml) ?? [];
  return closed === undefined ? undefined : { end: at + whole.length, closed };
}

function upTo(xml: string, from: number, mark: string): Piece | undefined {
  const at = xml.indexOf(mark, from);
  return at === -1 ? undefined : { end: at + mark.length };
}

/** A document type ends with `>`, behind the declarations in brackets where it has some. */
function documentType(xml: string, at: number): Piece | undefined {
  const plain = upTo(xml, at, '>');
  const bracket = xml.indexOf('[', at);
  if (plain === undefined || bracket === -1 || bracket >= plain.end) return plain;
  const declared = upTo(xml, bracket, ']');
  return declared && upTo(xml, declared.end, '>');
}

function opening(xml: string, at: number): Piece | undefined {
  OPENING.lastIndex = at;
  const [start = '', opened] = OPENING.exec(xml) ?? [];
  if (opened === undefined) return undefined;
  ATTRIBUTES.lastIndex = at + start.length;
  const [attributes = ''] = ATTRIBUTES.exec(xml) ?? [];
  const end = at + start.length + attributes.length;
  return xml[end] === '>'
    ? { end: end + 1, opened, attributes, empty: attributes.endsWith('/') }
    : undefined;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) {
    const value = double ?? single;
    if (value !== undefined) attributes.set(name, decodeEntities(value));
  }
  return attributes;
}

const ENTITIES: { readonly [name: string]: string } = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function decodeEntities(text: string): string {
  return text.replace(/&(#x[\da-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith('#'))
      return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] as string) : whole;
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
