/**
 * The dialplan as code. Call control needs `plan.ts` and `calendar.ts` alone; this is what those who read, check and
 * serve dialplans need.
 */
export type { Diagnostic } from '../base/yaml/diagnostic.ts';
export { parseMoment } from './calendar/moment.ts';
export { isOpen, nextChange } from './calendar.ts';
export { catalogue, type FindingCode } from './catalogue.ts';
export { type CompiledDialplan, compileDialplan } from './compileDialplan.ts';
export { dialplanSchema } from './grammar/jsonSchema.ts';
export { loadDialplan } from './load.ts';
export { numberFor } from './map/ways.ts';
export type { Dialplan } from './plan.ts';
export { formats, type Report } from './report/report.ts';
export { withoutAllowed } from './source/allowed.ts';
export { unknownTrunks } from './trunks.ts';
