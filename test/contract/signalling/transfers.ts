import type { OpenRig } from './fixture.ts';
export const transfers = (_: OpenRig): void => {};
