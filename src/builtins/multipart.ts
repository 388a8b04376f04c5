// Builtins about forms as browsers send them with files.
import { digest } from '../base/index.ts';
import {
  boundaryOf,
  decodeUtf8,
  encodeHex,
  type FormLimits,
  type FormPart,
  formatForm,
  parseForm,
} from '../text/index.ts';
import {
  asDouble,
  type Dict,
  dictFrom,
  dictGet,
  dictKeys,
  display,
  isBytes,
  isDict,
  isList,
  type Value,
} from '../values/index.ts';
import { reading } from './data-formats.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { bytesOf } from './encoding.ts';
import { wrong } from './errors.ts';
import { optionBag } from './option-bag.ts';

const MOST_TOTAL = 32 * 1024 * 1024;
const MOST_FIELDS = 1000;
const LIMITS = ['max_total_bytes', 'max_field_bytes', 'max_fields'];

function limitsOf(options: Value): FormLimits {
  const dict = optionBag('multipart_parse', options, LIMITS);
  const limit = (key: string, otherwise: number) => {
    const value = dictGet(dict, key) ?? null;
    if (value === null) return otherwise;
    const number = asDouble(value);
    if (number !== undefined && number >= 0) return number;
    const detail = `${key} must be a number that is not negative`;
    throw wrong.argument({ builtin: 'multipart_parse', detail });
  };
  const maxTotalBytes = limit('max_total_bytes', MOST_TOTAL);
  return {
    maxTotalBytes,
    maxFieldBytes: limit('max_field_bytes', maxTotalBytes),
    maxFields: limit('max_fields', MOST_FIELDS),
  };
}

function parsed(body: Value, contentType: Value, options: Value): Dict {
  const bytes = bytesOf(body);
  const limits = limitsOf(options);
  return reading('multipart_parse', () => {
    const boundary = boundaryOf(display(contentType));
    const fields = parseForm(bytes, boundary, limits).map(fieldOf);
    return { boundary, field_count: fields.length, fields, total_bytes: bytes.length };
  });
}

function fieldOf({ name, filename, headers, content }: FormPart): Dict {
  return {
    bytes: content,
    content_type: headers.get('content-type') ?? null,
    filename: filename ?? null,
    headers: dictFrom([...headers]),
    name,
    text: decodeUtf8(content) ?? null,
  };
}

function fieldBytes(name: string, field: Value): Uint8Array {
  const bytes = isDict(field) ? (dictGet(field, 'bytes') ?? null) : null;
  if (!isBytes(bytes))
    throw wrong.argument({ builtin: name, detail: 'a field of a form expected' });
  return bytes;
}

function fieldText(field: Value): string {
  const name = 'multipart_field_text';
  const text = decodeUtf8(fieldBytes(name, field));
  if (text === undefined) throw wrong.decode({ builtin: name, what: 'UTF-8' });
  return text;
}

function partOf(field: Value): FormPart {
  const refuse = (detail: string) => wrong.argument({ builtin: 'multipart_form_data', detail });
  if (!isDict(field)) throw refuse('a field is a dict {name, content}');
  const text = (key: string) => {
    const value = dictGet(field, key) ?? null;
    return value === null ? undefined : display(value);
  };
  const name = text('name');
  if (name === undefined) throw refuse('a field needs a name');
  const headers = new Map<string, string>();
  const type = text('content_type');
  if (type !== undefined) headers.set('content-type', type);
  const more = dictGet(field, 'headers') ?? null;
  if (isDict(more)) {
    for (const key of dictKeys(more)) headers.set(key.toLowerCase(), display(more[key] as Value));
  }
  const content = dictGet(field, 'content') ?? dictGet(field, 'bytes') ?? '';
  return { name, filename: text('filename'), headers, content: bytesOf(content) };
}

/** The boundary follows from the parts, so that the same form always has the same bytes. */
function formData(fields: Value, options: Value): Dict {
  const parts = (isList(fields) ? fields : []).map(partOf);
  const own = isDict(options) ? (dictGet(options, 'boundary') ?? null) : null;
  return reading('multipart_form_data', () => {
    const seed = formatForm(parts, 'harn');
    const boundary =
      own === null ? `harn-form-${encodeHex(digest('sha256', seed)).slice(0, 24)}` : display(own);
    return {
      body: formatForm(parts, boundary),
      boundary,
      content_type: `multipart/form-data; boundary=${boundary}`,
    };
  });
}

export function multipartRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'multipart_parse(body: any, content_type: string, options: dict?) -> dict',
      {
        doc: 'A form as `{boundary, fields, field_count, total_bytes}`. Options: max_total_bytes, max_field_bytes, max_fields.',
      },
      (_, body, type, options = null) => parsed(body, type, options),
    ),
    builtin(
      'multipart_field_bytes(field: dict) -> bytes',
      {
        doc: 'The bytes of a field that multipart_parse gave.',
      },
      (_, field) => fieldBytes('multipart_field_bytes', field),
    ),
    builtin(
      'multipart_field_text(field: dict) -> string',
      {
        doc: 'The text of a field that multipart_parse gave; fails when it is not UTF-8.',
      },
      (_, field) => fieldText(field),
    ),
    builtin(
      'multipart_form_data(fields: list<dict>, options: dict?) -> dict',
      {
        doc: 'A form of `{name, content, filename?, content_type?, headers?}` as `{content_type, boundary, body}`.',
      },
      (_, fields, options = null) => formData(fields, options),
    ),
  ];
}
