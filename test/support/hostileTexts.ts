/** What a stranger may put into any field, in the hope that somebody takes it for more than text. */
export const hostileTexts: readonly string[] = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the attack is written like this
  '${system(id)}',
  '%[a=b]',
  '{a=b}',
  '[x=y]',
  'a\napi status\n\n',
  'a\r\nX-Injected: 1',
  '^^:a:b',
  ',',
  '|',
  '../../etc/passwd',
  '%00',
  "=cmd|' /C calc'!A0",
  '"><script>',
  '<img src=x onerror=1>',
  'A'.repeat(4096),
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
];
