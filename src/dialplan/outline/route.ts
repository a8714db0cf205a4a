import type { Path } from '../../base/yaml/document.ts';
import type { Partly } from '../grammar/dialplan.ts';
import type { Destination, Language } from '../plan.ts';

/** A route as it is written: a destination, or one with a change of language. */
export type DraftRoute = Destination | Partly<{ readonly then: Destination; readonly language?: Language | undefined }>;

/** The destination and the language of a route, and where each stands. */
export interface RouteParts {
  readonly to: Destination | undefined;
  readonly path: Path;
  readonly language: Language | undefined;
  readonly languagePath: Path;
}

export function partsOf(route: DraftRoute, path: Path): RouteParts {
  return 'kind' in route
    ? { to: route, path, language: undefined, languagePath: path }
    : { to: route.then, path: [...path, 'then'], language: route.language, languagePath: [...path, 'language'] };
}
