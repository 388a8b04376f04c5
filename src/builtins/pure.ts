// The groups of builtins that have no effect: values in, values out.
import { collectionRows } from './collections.ts';
import { compressionRows } from './compression.ts';
import { convertRows } from './convert.ts';
import { cookieRows } from './cookies.ts';
import { dataFormatRows } from './data-formats.ts';
import { dateRows } from './dates.ts';
import { digestRows } from './digest.ts';
import { encodingRows } from './encoding.ts';
import { errorRows } from './failure.ts';
import { flowRows } from './flow.ts';
import { formatRows } from './formats.ts';
import { graphqlRows } from './graphql.ts';
import { httpMessageRows } from './http-messages.ts';
import { jqRows } from './jq.ts';
import { jsonRows } from './json.ts';
import { jsonPatchRows } from './json-patch.ts';
import { junitRows } from './junit.ts';
import { keyRows } from './keys.ts';
import { mathRows } from './math.ts';
import { multipartRows } from './multipart.ts';
import { pathRows } from './paths.ts';
import { regexRows } from './regex.ts';
import type { BuiltinGroup } from './registry.ts';
import { resultRows } from './result.ts';
import { schemaRows } from './schema.ts';
import { secretScanRows } from './secret-scan.ts';
import { setRows } from './sets.ts';
import { signedUrlRows } from './signed-url.ts';
import { textRows } from './text.ts';

// As calls, so that a build can load each group when a name of it is first asked for.
export const PURE_GROUPS: readonly BuiltinGroup[] = [
  () => convertRows(),
  () => resultRows(),
  () => errorRows(),
  () => mathRows(),
  () => textRows(),
  () => collectionRows(),
  () => setRows(),
  () => jsonRows(),
  () => regexRows(),
  () => encodingRows(),
  () => digestRows(),
  () => dateRows(),
  () => schemaRows(),
  () => pathRows(),
  () => formatRows(),
  () => flowRows(),
  () => dataFormatRows(),
  () => compressionRows(),
  () => keyRows(),
  () => jqRows(),
  () => multipartRows(),
  () => cookieRows(),
  () => signedUrlRows(),
  () => junitRows(),
  () => jsonPatchRows(),
  () => httpMessageRows(),
  () => secretScanRows(),
  () => graphqlRows(),
];
