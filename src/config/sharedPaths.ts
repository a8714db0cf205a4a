import type { FreeswitchServer, SharedPath } from './config.ts';

/** As the settings have them, in the order in which `pathOnServer` looks at them. */
export const sharedPaths = (
  paths: Readonly<Record<string, string>>,
  absolute: (path: string) => string,
): SharedPath[] =>
  Object.entries(paths)
    .map(([here, there]) => ({ here: withoutSlash(absolute(here)), there: withoutSlash(there) }))
    .sort((a, b) => b.here.length - a.here.length);

/** What a media server calls a file of ours: its own name for the shared folder around it, or the very same path. */
export function pathOnServer({ paths }: Pick<FreeswitchServer, 'paths'>, path: string): string {
  const shared = paths.find(({ here }) => path === here || path.startsWith(`${here}/`));
  return shared === undefined ? path : `${shared.there}${path.slice(shared.here.length)}`;
}

const withoutSlash = (path: string): string => path.replace(/(?<!\/)\/+$/, '');
