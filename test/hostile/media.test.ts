/** A stranger who sends media to the ports of a call, and descriptions with names in the place of addresses. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { freePorts } from '../support/freePorts.ts';
import { seededRandom } from '../support/random.ts';
import { besideACall } from './support/besideACall.ts';
import { strangeRequest } from './support/message.ts';

const ports = await freePorts(40);

describe('media of a stranger', () => {
  test(
    'on every port that a call may have: RTP, events, RTCP, counts that begin anew, rubbish',
    besideACall(
      async ({ switchboard }) => {
        const random = seededRandom(5);
        const socket = createSocket('udp4');
        socket.bind(0, '127.0.0.3');
        await once(socket, 'listening');
        for (let round = 0; round < 60; round++) {
          for (let port = ports.from; port <= ports.to; port++) {
            const packet = Buffer.alloc(12 + (round % 4 === 3 ? 4 : 160), Math.floor(random() * 256));
            packet.writeUInt16BE(0x8000 | ([0, 8, 13, 229, 200, 97][round % 6] ?? 0), 0);
            packet.writeUInt16BE(round % 2 === 0 ? round : Math.floor(random() * 65_536), 2);
            packet.writeUInt32BE(round * 160, 4);
            packet.writeUInt32BE(round % 5 === 0 ? Math.floor(random() * 2 ** 32) : 7, 8);
            socket.send(round % 7 === 6 ? packet.subarray(0, round % 20) : packet, port, '127.0.0.1');
          }
          await sleep(20);
        }
        socket.close();
        expect(await switchboard.metric('kozpont_calls_ended_total{result="completed",by="caller"}')).toBe(0);
      },
      { settings: `media: { ports: ${ports.from}-${ports.to} }` },
    ),
  );

  test(
    'described by names and by half a description, in INVITEs of nobody',
    besideACall(async ({ stranger }) => {
      for (const connection of ['IN IP4 media.example.net', 'IN IP4 localhost', `IN IP4 ${'a.'.repeat(3000)}b`, '\0']) {
        const body = `\0\r\nv=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nc=${connection}\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n\0`;
        await stranger.send(
          strangeRequest({
            method: 'INVITE',
            from: `${stranger.address}:${stranger.port}`,
            lines: ['Contact: <sip:stranger@127.0.0.3>', 'Content-Type: application/sdp'],
            body,
          }),
        );
      }
      await sleep(300);
    }),
  );
});
