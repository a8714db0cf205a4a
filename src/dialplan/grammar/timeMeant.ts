/** Days, hours and dates as people write them, in the form that the dialplan has for them. Candidates, not checked. */

/** Hyphens that word processors and keyboards make of one, and quotes that stand around or at one end. */
const evened = (text: string): string =>
  text
    .slice(0, 200)
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/["'\u2018-\u201f]/g, '')
    .trim();

/** `8-17`, `8.00-17.00`, `8:00–17:00`, `8am to 5pm`, `08:00-12:00; 13:00-17:00`. */
export function hoursMeant(text: string): readonly string[] {
  const parts = evened(text).replace(/ to /g, '-').split(/[,;]/);
  const spans = parts.map(part => {
    const [from, to, ...more] = part.split('-').map(clock);
    return from === undefined || to === undefined || more.length > 0 ? undefined : `${from}-${to}`;
  });
  return spans.includes(undefined) ? [] : [spans.join(', ')];
}

function clock(text: string): string | undefined {
  const match = /^([0-9]{1,2})(?:[:.h]([0-9]{2}))? ?([ap]m)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, hour = '', minute = '00', half] = match;
  const noon = half === undefined ? 0 : half.toLowerCase() === 'pm' ? 12 : 0;
  const count = half === undefined ? Number(hour) : (Number(hour) % 12) + noon;
  return `${String(count).padStart(2, '0')}:${minute}`;
}

/** `Mon–Thu`, `monday-thursday`, `Mon, Tue`. */
export const daysMeant = (text: string): readonly string[] => [
  evened(text)
    .toLowerCase()
    .replace(/ to /g, '-')
    .replace(/[a-z]+/g, day => (day === 'daily' ? day : day.slice(0, 3)))
    .replace(/ ?- ?/g, '-'),
];

/** `24.12.`, `8-20`, `12/24`, `24.12.2026`, `2026.12.24.`, `2026-12-24 - 12-26`. */
export function datesMeant(text: string): readonly string[] {
  const written = evened(text);
  const long = /^([0-9]{4}-[0-9]{2}-[0-9]{2}) ?- ?(.*)$/.exec(written);
  const parts = long === null ? written.split(/\.{2,3}|\u2026| - | to /) : [long[1] ?? '', long[2] ?? ''];
  const [from, to, ...more] = parts.map(part => dayMeant(part.trim()));
  if (from === undefined || more.length > 0) return [];
  if (to === undefined) return from;
  return from.flatMap(first =>
    to.map(last => `${first}..${first.length === 10 && last.length === 5 ? first.slice(0, 5) : ''}${last}`),
  );
}

function dayMeant(text: string): readonly string[] {
  const parts = text.replace(/[./]$/, '').split(/[./-] ?/);
  if (!parts.every(part => /^([0-9]{1,2}|[0-9]{4})$/.test(part))) return [];
  const [a = '', b = '', c] = parts.map(part => part.padStart(2, '0'));
  if (c === undefined) return parts.length === 2 ? [`${a}-${b}`, `${b}-${a}`] : [];
  if (parts.length > 3) return [];
  return a.length === 4 ? [`${a}-${b}-${c}`] : [`${c}-${b}-${a}`, `${c}-${a}-${b}`];
}
