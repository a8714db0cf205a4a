import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNameAddr, serializeNameAddr } from '../../../../src/sip/grammar/fields/nameAddr.ts';
import { parseUri, serializeUri, uriEquals } from '../../../../src/sip/grammar/fields/uri.ts';
import { parseVia, serializeVia } from '../../../../src/sip/grammar/fields/via.ts';
import { mutated } from '../../../support/fuzz/mutations.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';
import { must } from '../../../support/must.ts';
import { nameAddr, sipMessage, sipUri, via } from '../../../support/sip/messageArbitraries.ts';
import {
  fieldStandsAnything,
  framesTheSame,
  standsAnything,
  survivesTheWire,
} from '../../../support/sip/messageProperties.ts';
import { ownMessages } from '../../../torture/own.ts';

const seeds = Object.values(ownMessages);

describe('parse(serialize(x)) = x', () => {
  it('of messages', () => {
    fc.assert(fc.property(sipMessage, survivesTheWire), { numRuns: 2_000 });
  });

  it('of URIs, and each equals itself', () => {
    fc.assert(
      fc.property(sipUri, uri => {
        const again = must(parseUri(serializeUri(uri)));
        expect(serializeUri(again)).toBe(serializeUri(must(parseUri(serializeUri(again)))));
        expect(again).toMatchObject({
          scheme: uri.scheme,
          user: uri.user,
          password: uri.password,
          host: uri.host,
          port: uri.port,
        });
        expect(uriEquals(uri, again)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('of addresses', () => {
    fc.assert(
      fc.property(nameAddr, address => {
        expect(must(parseNameAddr(serializeNameAddr(address)))).toEqual(address);
      }),
      { numRuns: 1_000 },
    );
  });

  it('of Vias', () => {
    fc.assert(
      fc.property(via, one => {
        expect(must(parseVia(serializeVia(one)))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });
});

describe('nothing makes the parser throw', () => {
  it('not messages of ours that were mangled', () => {
    fc.assert(fc.property(mutated(seeds), standsAnything), { numRuns: 2_000 });
  });

  it('not bytes of any kind', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map(octets => Buffer.from(octets));
    const behindAStart = bytes.map(tail =>
      Buffer.concat([Buffer.from('OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n'), tail]),
    );
    fc.assert(fc.property(fc.oneof(bytes, behindAStart), standsAnything), { numRuns: 1_000 });
  });

  it('not hostile text in any field', () => {
    for (const text of hostileTexts) {
      fieldStandsAnything(text);
      for (const seed of seeds)
        standsAnything(Buffer.from(seed.toString('latin1').replaceAll('kozpont', text), 'latin1'));
    }
  });

  it('nor the framer, which gives the same frames however a stream is cut', () => {
    const stream = fc
      .array(fc.oneof(mutated(seeds), fc.constantFrom(...seeds)), { maxLength: 3 })
      .map(all => Buffer.concat(all));
    const cuts = fc.array(fc.nat({ max: 2_000 }), { maxLength: 8 });
    fc.assert(fc.property(stream, cuts, framesTheSame), { numRuns: 500 });
  });
});
