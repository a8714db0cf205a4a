export { type Change, type Diff, diff, yearFrom } from './diff.ts';
export { diffText } from './text.ts';
