/** Words that every JavaScript object answers to, where a stranger can write a word. */
import { describe, expect, test } from 'vitest';
import { ask } from '../support/wire/httpClient.ts';
import { callIdOf, Stranger } from '../support/wire/stranger.ts';
import { besideACall, type Scene } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';
import { trunkAddress } from './support/switchboard.ts';

/** `Object.getOwnPropertyNames(Object.prototype)` are what an object literal has beside its own keys. */
const names = Object.getOwnPropertyNames(Object.prototype);

/** Answered: what was sent before has been handled. */
async function settled({ stranger }: Scene): Promise<void> {
  const callId = `settled-${stranger.received.length}`;
  await stranger.send(strangeRequest({ method: 'OPTIONS', from: `${stranger.address}:${stranger.port}`, callId }));
  await stranger.until('an answer to OPTIONS', () => stranger.received.find(text => callIdOf(text) === callId));
}

describe('a name of Object.prototype', () => {
  test(
    'as a method, in datagrams and over a connection',
    besideACall(async scene => {
      const { stranger } = scene;
      const from = `${stranger.address}:${stranger.port}`;
      for (const method of names) await stranger.send(strangeRequest({ method, from, callId: `udp-${method}` }));
      const connection = await stranger.connect();
      for (const method of names) {
        connection.send(strangeRequest({ method, transport: 'TCP', from, callId: `tcp-${method}` }));
      }
      await connection.final();
      await settled(scene);
      await connection.close();
      const answered = stranger.received.filter(text => callIdOf(text).startsWith('udp-'));
      expect(answered.length).toBe(names.length);
    }),
  );

  test(
    'as a header field, a parameter, a user, a scheme, a media type, an attribute of SDP; as a trunk sends it, too',
    besideACall(
      async scene => {
        const { switchboard, stranger } = scene;
        const trunk = await Stranger.open(switchboard.sip, trunkAddress, [0]);
        for (const [at, name] of names.entries()) {
          for (const who of [stranger, trunk]) {
            const from = `${who.address}:${who.port}`;
            const callId = `word-${at}`;
            const common = {
              from,
              callId,
              uri: `sip:${name}@127.0.0.1;${name}=${name}`,
              fromLine: `From: "${name}" <sip:${name}@${from};${name}=1>;tag=${name};${name}`,
              lines: [
                `Contact: <sip:${name}@${from};${name}>;${name}=1`,
                `${name}: ${name}`,
                `X-${name}: ${name}`,
                `Supported: ${name}`,
                `P-Asserted-Identity: "${name}" <sip:${name}@${from}>`,
                `Authorization: ${name} ${name}=1`,
                `Authorization: Digest username="${name}", realm="kozpont", ${name}="1", algorithm=${name}`,
              ],
            };
            for (const method of ['OPTIONS', 'REGISTER', 'SUBSCRIBE', 'MESSAGE', 'INFO', 'REFER']) {
              await who.send(
                strangeRequest({ ...common, method, lines: [...common.lines, `Refer-To: <sip:${name}@x>`] }),
              );
            }
            const sdp = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
            const bodies = [
              [
                ...sdp,
                `m=audio 9 RTP/AVP ${name} 8`,
                `a=${name}:1`,
                `a=rtpmap:8 ${name}/8000`,
                `a=fmtp:8 ${name}=1`,
                '',
              ],
              [...sdp, `m=${name} 9 ${name} ${name}`, ''],
            ];
            for (const [index, body] of bodies.entries()) {
              const lines = [...common.lines, 'Content-Type: application/sdp'];
              const invite = {
                ...common,
                callId: `${callId}-${index}`,
                method: 'INVITE',
                lines,
                body: body.join('\r\n'),
              };
              await who.send(strangeRequest(invite));
              await who.send(
                strangeRequest({
                  ...invite,
                  callId: `${callId}-${index}-t`,
                  lines: [`Content-Type: ${name}/${name};${name}=1`],
                }),
              );
            }
          }
        }
        await settled(scene);
        expect(await switchboard.metric('kozpont_faults_total')).toBe(0);
        for (const path of names) {
          expect(await ask(switchboard.api, `GET /${path}`)).toMatchObject({ status: 404 });
          expect((await ask(switchboard.api, `${path} /healthz`)).status).toBeGreaterThanOrEqual(400);
        }
        await trunk.close();
      },
      { settings: 'limits: { callsPerSecondPerSource: 1000 }', longestGap: 600 },
    ),
  );
});
