import type { Report } from './report.ts';

export interface Tally {
  readonly errors: number;
  readonly warnings: number;
}

export function tally({ findings }: Report): Tally {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: findings.length - errors };
}

export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
