// Front door of io: the effects that reach the machine and the network, each declared once with its class.
export { clockEffects, testClockEffects } from './clock.ts';
export { envEffects, systemEffects } from './env.ts';
export { ioErrors } from './errors.ts';
export { fsEffects } from './fs.ts';
export { type HttpOptions, type HttpResult, netEffects } from './net.ts';
export { type CommandResult, type CommandSpec, processEffects } from './process.ts';
export { randomEffects } from './random.ts';
export { stdioEffects } from './stdio.ts';
