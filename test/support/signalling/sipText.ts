/** SIP as text, for phones that are scripted line by line. It trusts what it reads: that is the test's business. */
export interface SipText {
  readonly startLine: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export const parseSipText = (text: string): SipText => {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [startLine = '', ...lines] = head.split('\r\n');
  const fields = lines.map(line => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
  });
  return { startLine, fields, body: rest.join('\r\n\r\n') };
};

export const serializeSipText = (startLine: string, fields: SipText['fields'], body = ''): string => {
  const all = [...fields, ['Content-Length', String(Buffer.byteLength(body))] as const];
  return `${startLine}\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
};

/** The values of all fields of that name, whatever the case. */
export const fieldsOf = (message: SipText, name: string): string[] =>
  message.fields.filter(([one]) => one.toLowerCase() === name.toLowerCase()).map(([, value]) => value);

/** The first one; '' where there is none. */
export const fieldOf = (message: SipText, name: string): string => fieldsOf(message, name)[0] ?? '';

export const isResponse = (message: SipText): boolean => message.startLine.startsWith('SIP/2.0 ');
/** 0 for a request. */
export const statusOf = (message: SipText): number =>
  isResponse(message) ? Number(message.startLine.split(' ')[1]) : 0;
/** Of a request, or of the CSeq. */
export const methodOf = (message: SipText): string =>
  isResponse(message) ? (fieldOf(message, 'CSeq').split(' ')[1] ?? '') : (message.startLine.split(' ')[0] ?? '');
export const uriOf = (message: SipText): string => message.startLine.split(' ')[1] ?? '';
export const tagOf = (value: string): string => /;\s*tag=([^;>\s]+)/.exec(value.replace(/^.*>/, ''))?.[1] ?? '';
/** What stands in the angle brackets, or all up to the parameters. */
export const addressOf = (value: string): string => /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? '';
