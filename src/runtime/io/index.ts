// Front door of io: the effects that reach the machine and the network, each declared once with its class.
export { backgroundCommandsKey, backgroundEffects } from './background.ts';
export { clockEffects, testClockEffects } from './clock.ts';
export { type EgressConfig, egressEffects } from './egress.ts';
export { envEffects, systemEffects } from './env.ts';
export { ioErrors } from './errors.ts';
export { fsEffects, type WalkedFile, type WalkFilesOptions } from './fs.ts';
export {
  type HttpMockCall,
  type HttpMockResponse,
  type MockAnswer,
  testHttpEffects,
} from './http-mocks.ts';
export type { HttpOptions } from './http-request.ts';
export { type IncomingRequest, readRequest } from './http-route.ts';
export {
  HttpRouter,
  httpRoutersKey,
  type OutgoingResponse,
  type RequestHandler,
  type RouteOptions,
  type RouterOptions,
} from './http-router.ts';
export { httpSessionEffects } from './http-sessions.ts';
export { type HttpStreamInfo, httpStreamEffects } from './http-streams.ts';
export { checkpointEffects, storeEffects } from './kept-values.ts';
export { type LogLevel, logEffects, writeJsonLog, writeLog } from './logs.ts';
export {
  type MemoryForgotten,
  type MemoryOptions,
  type MemoryPredicate,
  type MemorySummary,
  type MemoryWindow,
  memoryEffects,
} from './memory.ts';
export type { MemoryRecord } from './memory-log.ts';
export { metadataEffects } from './metadata.ts';
export { type DownloadResult, type HttpResult, netEffects } from './net.ts';
export { type OcrImage, type OcrOptions, ocrEffects } from './ocr.ts';
export { placeEffects } from './places.ts';
export { type CommandResult, type CommandSpec, checkCommand, processEffects } from './process.ts';
export { PROJECT_CATALOG, type ProjectKind } from './project-catalog.ts';
export { type DirectoryEntry, projectEffects, type ScanOptions } from './project-scan.ts';
export { drawBigInt, drawIndex, drawInt, drawOrder, randomEffects } from './random.ts';
export { secretEffects } from './secrets.ts';
export { type SelfSigned, type ServerTlsConfig, serverTlsEffects } from './server-tls.ts';
export {
  type AcceptedSocket,
  type SocketRouteOptions,
  type SocketServer,
  type SocketServerOptions,
  socketServerEffects,
} from './socket-server.ts';
export { type OutgoingMessage, type SocketOptions, socketEffects } from './sockets.ts';
export { type SseOptions, sseEffects } from './sse.ts';
export { sseFields, sseFrame } from './sse-frame.ts';
export { type SseResponseOptions, sseServerEffects } from './sse-server.ts';
export { stdioEffects } from './stdio.ts';
export { testStdioEffects } from './stdio-mocks.ts';
export { type ColorMode, styled, termEffects } from './term.ts';
export { type TransportCall, testTransportEffects } from './transport-mocks.ts';
export {
  type EndedSpan,
  endUserSpan,
  obsNow,
  type SpanAttributes,
  spanStack,
  startUserSpan,
  traceEffects,
  type UserSpan,
} from './user-spans.ts';
