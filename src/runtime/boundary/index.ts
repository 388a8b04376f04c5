// Front door of boundary: what runs may ask of their host beyond files, processes and the network, and what stands in for
// it in tests.
// Calling
export { askOffered } from './approve.ts';
export { hostCalls } from './call.ts';
// Offering
export {
  furtherCapabilitiesKey,
  type HostCapability,
  type HostOffer,
  type HostOperation,
  type HostOperationCall,
  type HostTool,
  hostOfferKey,
  type OwnCapabilities,
} from './capabilities.ts';
// Command policies
export type { CommandPolicy, CommandRules } from './command-policy.ts';
// Errors
export { boundaryErrors } from './errors.ts';
export type { CommandEnvelope } from './exec.ts';
// Tests
export { type HostMockCall, mockedAnswer, testHostEffects } from './mock.ts';
export { commandPolicies } from './policies.ts';
// Shells
export {
  defaultShell,
  listShells,
  type Shell,
  type ShellCatalog,
  type ShellInvocation,
  shellInvocation,
} from './shells.ts';
