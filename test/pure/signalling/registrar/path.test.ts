import { describe, expect, test } from 'vitest';
import { readContacts } from '../../../../src/signalling/registrar/contacts.ts';
import { isOutbound } from '../../../../src/signalling/registrar/outbound.ts';
import { type PathRequest, pathField, readPath } from '../../../../src/signalling/registrar/path.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

const asked = (path: string | undefined, changes: Partial<PathRequest> = {}) =>
  readPath({
    path,
    supported: 'path, outbound',
    require: undefined,
    source: { address: '192.0.2.1' },
    served: true,
    ...changes,
  });

describe('Path (RFC 3327)', () => {
  test('is taken in the order in which it leads to the phone', () => {
    expect(asked(undefined)).toEqual([]);
    expect(asked('')).toEqual([]);
    expect(asked('<sip:192.0.2.1;lr>, <sip:edge@10.0.0.1:5080;lr;ob>')).toEqual([
      'sip:192.0.2.1;lr',
      'sip:edge@10.0.0.1:5080;lr;ob',
    ]);
    expect(asked('<sip:192.0.2.1:5090;transport=tcp;lr>', { supported: undefined, require: 'path' })).toHaveLength(1);
    expect(asked('<sip:[2001:DB8:0:0::1];lr>', { source: { address: '2001:db8::1' } })).toHaveLength(1);
    expect(pathField(['sip:a;lr', 'sip:b;lr'])).toBe('<sip:a;lr>, <sip:b;lr>');
  });

  test.each([
    ['another address than the source', '<sip:192.0.2.9;lr>', {}, 403],
    [
      'another one behind the source is its own affair, but not before it',
      '<sip:9.9.9.9;lr>, <sip:192.0.2.1;lr>',
      {},
      403,
    ],
    ['a name, which could be anybody', '<sip:edge.example;lr>', {}, 403],
    ['the phone does not know of it', '<sip:192.0.2.1;lr>', { supported: 'outbound' }, 421],
    ['no server that takes a Route', '<sip:192.0.2.1;lr>', { served: false }, 420],
    ['a strict router', '<sip:192.0.2.1>', {}, 400],
    ['a strict router behind the first', '<sip:192.0.2.1;lr>, <sip:10.0.0.1>', {}, 400],
    ['a way round by maddr', '<sip:192.0.2.1;lr;maddr=9.9.9.9>', {}, 400],
    ['header fields', '<sip:192.0.2.1;lr?Replaces=x>', {}, 400],
    ['TLS', '<sips:192.0.2.1;lr>', {}, 400],
    ['no URI', 'nonsense', {}, 400],
    ['a URI too long', `<sip:${'a'.repeat(600)}@192.0.2.1;lr>`, {}, 400],
    ['too many', Array(7).fill('<sip:192.0.2.1;lr>').join(','), {}, 400],
  ] as const)('is refused: %s', (_, path, changes, status) => {
    expect(asked(path, changes)).toMatchObject({ status });
  });

  test('says what would have to be different', () => {
    expect(asked('<sip:192.0.2.1;lr>', { supported: '' })).toMatchObject({ headers: { Require: 'path' } });
    expect(asked('<sip:192.0.2.1;lr>', { served: false })).toMatchObject({ headers: { Unsupported: 'path' } });
  });

  test('what is taken can stand in a header field', () => {
    for (const text of hostileTexts) {
      const read = asked(`<sip:${text}@192.0.2.1;lr>`);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      if (!('status' in read)) expect(pathField(read)).not.toMatch(/[\r\n\u0000]/);
    }
  });
});

describe('a registration is an outbound one (RFC 5626, §6)', () => {
  const contacts = (text: string) => {
    const read = readContacts(text);
    return read === 'malformed' || read === 'tooLong' ? expect.fail() : read;
  };
  const flow = contacts('<sip:a@10.0.0.7>;+sip.instance="<urn:uuid:1>";reg-id=1');
  const usual = { contacts: flow, supported: 'path, outbound', protocol: 'tcp', hops: 1, path: [] };

  test.each([
    ['by a connection', {}, true],
    ['through a proxy that says so', { hops: 2, path: ['sip:192.0.2.1;lr', 'sip:10.0.0.1;lr;ob'] }, true],
    ['through a proxy that does not', { hops: 2, path: ['sip:192.0.2.1;lr;ob', 'sip:10.0.0.1;lr'] }, false],
    ['through a proxy without a path', { hops: 2 }, false],
    ['over UDP, where STUN would be asked for', { protocol: 'UDP' }, false],
    ['the phone does not ask for it', { supported: 'path' }, false],
    ['without a flow', { contacts: contacts('<sip:a@10.0.0.7>;+sip.instance="<urn:uuid:1>"') }, false],
    ['without an instance', { contacts: contacts('<sip:a@10.0.0.7>;reg-id=1') }, false],
    ['all are taken back', { contacts: 'all' }, false],
  ] as const)('%s', (_, changes, expected) => {
    expect(isOutbound({ ...usual, ...changes })).toBe(expected);
  });
});
