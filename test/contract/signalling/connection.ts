import type { OpenRig } from './fixture.ts';
export const connection = (_: OpenRig): void => {};
