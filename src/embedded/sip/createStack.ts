import type { SipStack, SipStackOptions } from './stack.ts';

/** A stack that listens once `listen` is called. */
export declare function createSipStack(options: SipStackOptions): SipStack;
