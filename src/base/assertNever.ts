/** Closes a `switch` over a union: a new member becomes an error of the compiler, and an impossible value one at run time. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
