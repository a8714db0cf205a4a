import { z } from 'zod';
import type { Partly } from '../grammar/dialplan.ts';

/**
 * What can be understood of a value that does not fit its schema: the parts that are right, in their places. So the
 * rules see all of a dialplan that has a mistake somewhere, and every finding is told at once.
 */
export function salvage<S extends z.ZodType>(schema: S, value: unknown): Partly<z.output<S>> | undefined {
  return salvageAny(schema, value) as Partly<z.output<S>> | undefined;
}

function salvageAny(schema: z.core.$ZodType, value: unknown): unknown {
  const read = z.safeParse(schema, value);
  if (read.success) return read.data;
  if (schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodPrefault) {
    return value === undefined ? undefined : salvageAny(schema._zod.def.innerType, value);
  }
  if (schema instanceof z.core.$ZodUnion) {
    for (const option of schema._zod.def.options) {
      const part = salvageAny(option, value);
      if (part !== undefined) return part;
    }
    return undefined;
  }
  if (schema instanceof z.core.$ZodArray) {
    const item = schema._zod.def.element;
    return Array.isArray(value) ? value.map(each => salvageAny(item, each)) : undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const whole = new Map(Object.entries(value));
  const parts: Record<string, unknown> = Object.create(null);
  if (schema instanceof z.core.$ZodObject) {
    for (const [name, inner] of Object.entries(schema._zod.def.shape)) {
      const part = salvageAny(inner, whole.get(name));
      if (part !== undefined) parts[name] = part;
    }
    return parts;
  }
  if (schema instanceof z.core.$ZodRecord) {
    for (const [name, inner] of whole) {
      if (z.safeParse(schema._zod.def.keyType, name).success)
        parts[name] = salvageAny(schema._zod.def.valueType, inner);
    }
    return parts;
  }
  return undefined;
}
