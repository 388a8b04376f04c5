// XML as reports of tools have it: elements, attributes and text. Lenient about everything that does not change these;
// entities of a document type are not expanded.

/** An element; its text is that of itself, not of elements in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const PIECE =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?[^>]*>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>|[^<]+/g;
const ATTRIBUTE = /([^\s=/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** Reports are flat; what nests deeper is not one. */
const DEEPEST = 200;

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** The root element; undefined when the text is no well-nested XML. */
export function parseXml(xml: string): XmlElement | undefined {
  const root: Open = { name: '', attributes: new Map(), children: [], text: '' };
  const open: Open[] = [root];
  let at = 0;
  for (const match of xml.matchAll(PIECE)) {
    if (match.index !== at) return undefined;
    at += match[0].length;
    const [, cdata, closed, opened, attributes = '', selfClosed] = match;
    const current = open[open.length - 1] as Open;
    if (opened !== undefined) {
      const element = {
        name: opened,
        attributes: attributesOf(attributes),
        children: [],
        text: '',
      };
      current.children.push(element);
      if (selfClosed === '') open.push(element);
      if (open.length > DEEPEST) return undefined;
    } else if (closed !== undefined) {
      if (open.length === 1 || current.name !== closed) return undefined;
      open.pop();
    } else if (cdata !== undefined) current.text += cdata;
    else if (!match[0].startsWith('<')) current.text += decodeEntities(match[0]);
  }
  return open.length === 1 && at === xml.length ? root.children[0] : undefined;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name = '', double, single]) => [
      name,
      decodeEntities(double ?? single ?? ''),
    ]),
  );
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
