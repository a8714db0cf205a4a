/**
 * A switchboard with several addresses, in several networks and of both IP versions, as a process of its own; the phones
 * are on machines of their own, and take nothing that comes from another address than the one that they have been told.
 */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeWav } from '../../src/base/wav.ts';
import { openCredentials } from '../../src/config/credentials.ts';
import { type Build, build } from '../support/build.ts';
import { removeFolder } from '../support/removeFolder.ts';
import { RtpPeer } from '../support/rtpPeer.ts';
import { Phone, PhoneDialog } from '../support/signalling/phone.ts';
import { addressOf, fieldOf, type SipText } from '../support/signalling/sipText.ts';
import { connect, Namespace, type RemoteSocket, withoutNamespaces } from './support/namespace.ts';

const welcome = 650;
const [anna, ben] = [800, 1000] as const;
const knows = [welcome, anna, ben];

const plan = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { welcome: { en: Welcome. }, bye: { en: Bye. } }
extensions: { "10": { name: Reception }, "101": { name: Anna }, "102": { name: Ben } }
menus:
  main:
    greeting: welcome
    directDial: true
    keys: { 0: extension:10 }
    noInput: { after: 30s, repeat: 9, then: goodbye:bye }
    invalid: { repeat: 9, then: goodbye:bye }
queues: { reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": menu:main }
internalNumbers: { 9: menu:main }
`;

/** Of the switchboard: two addresses in one network, one in another, and one of IPv6. */
const here = { first: '10.77.1.1', second: '10.77.1.2', vpn: '10.77.2.1', six: 'fd77:1::1' } as const;
const there = { lan: '10.77.1.10', vpn: '10.77.2.10', six: 'fd77:1::10' } as const;

describe.skipIf(withoutNamespaces !== undefined)(
  `a machine with several addresses${withoutNamespaces === undefined ? '' : ` (skipped: ${withoutNamespaces})`}`,
  () => {
    let compiled: Build;
    let folder: string;
    let pbx: Namespace;
    let lan: Namespace;
    let vpn: Namespace;
    let lanInterface = '';
    const leaving: (() => Promise<unknown>)[] = [];
    const later = (leave: () => Promise<unknown>): void => void leaving.push(leave);

    beforeAll(async () => {
      compiled = await build();
      later(() => compiled.remove());
      folder = await mkdtemp(join(tmpdir(), 'kozpont-networks-'));
      later(() => removeFolder(folder));
      for (const name of ['pbx', 'lan', 'vpn']) {
        const namespace = new Namespace(name);
        later(() => namespace.remove());
        if (name === 'pbx') pbx = namespace;
        else if (name === 'lan') lan = namespace;
        else vpn = namespace;
      }
      const addresses = [`${here.first}/24`, `${here.second}/24`, `${here.six}/64`];
      lanInterface = connect(pbx, addresses, lan, [`${there.lan}/24`, `${there.six}/64`]).interfaces[0];
      connect(pbx, [`${here.vpn}/24`], vpn, [`${there.vpn}/24`]);
      await writeFile(join(folder, 'plan.yaml'), plan);
      await mkdir(join(folder, 'prompts/en'), { recursive: true });
      const tone = Int16Array.from(
        { length: 8_000 * 20 },
        (_, at) => 8_000 * Math.sin((2 * Math.PI * welcome * at) / 8_000),
      );
      for (const name of ['welcome', 'bye'])
        await writeFile(
          join(folder, `prompts/en/${name}.wav`),
          encodeWav({ sampleRate: 8_000, channels: 1, samples: tone }),
        );
    }, 120_000);
    afterAll(async () => {
      for (const leave of leaving.reverse()) await leave();
    }, 60_000);

    /** What belongs to a test: gone at its end, whatever becomes of it. */
    const during =
      (story: (stage: Stage) => Promise<void>, settings = '') =>
      async (): Promise<void> => {
        const stage = new Stage();
        try {
          await stage.start(settings);
          await story(stage);
        } catch (error) {
          throw new Error(`${(error as Error).message}\n${stage.output}`, { cause: error });
        } finally {
          await stage.end();
        }
      };

    class Stage {
      output = '';
      private readonly ending: (() => Promise<unknown>)[] = [];

      async start(settings: string): Promise<void> {
        // Phones of another test are not there any more.
        await rm(join(folder, 'var/registrations'), { force: true, recursive: true });
        const text = `dialplan: plan.yaml
api: { listen: off }
log: { level: info }
trunks: { outside: { from: [10.77.0.0/16, "fd77::/16"] } }
${settings || 'sip: { listen: [udp:0.0.0.0:5060, tcp:0.0.0.0:5060, "udp:[::]:5060", "tcp:[::]:5060"] }'}
`;
        await writeFile(join(folder, 'kozpont.yaml'), text);
        const child = pbx.spawn(process.execPath, [compiled.file('cli/main'), 'run', '--config', 'kozpont.yaml'], {
          cwd: folder,
          env: { PATH: process.env.PATH },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        const gone = once(child, 'exit');
        this.ending.push(async () => {
          child.kill('SIGKILL');
          await gone;
        });
        await new Promise<void>((resolve, reject) => {
          for (const stream of [child.stdout, child.stderr]) {
            stream?.on('data', chunk => {
              this.output += chunk;
              if (this.output.includes('Stop with Ctrl-C.\n')) resolve();
            });
          }
          child.once('exit', () => reject(new Error('it ended too early')));
        });
      }

      async end(): Promise<void> {
        for (const end of this.ending.reverse()) await end();
      }

      private async socket(namespace: Namespace, address: string): Promise<RemoteSocket> {
        const socket = await namespace.socket(address);
        this.ending.push(async () => {
          const closed = once(socket, 'close');
          socket.close();
          await closed;
        });
        return socket;
      }

      async phone(namespace: Namespace, address: string, server: string, user: string): Promise<Phone> {
        const socket = await this.socket(namespace, address);
        return Phone.on(socket.asDgram, { host: server, port: 5060 }, user, address);
      }

      async registered(namespace: Namespace, address: string, server: string, user: string): Promise<Phone> {
        const phone = await this.phone(namespace, address, server, user);
        const file = join(folder, 'var/credentials.yaml');
        const { value } = await openCredentials({ file, extensions: [user] });
        const answer = await phone.register({ user, password: value?.passwordOf(user) ?? '' });
        expect(answer.startLine).toContain('200');
        return phone;
      }

      async rtp(namespace: Namespace, address: string, tone: number): Promise<RtpPeer> {
        const [rtp, rtcp] = [await this.socket(namespace, address), await this.socket(namespace, address)];
        const peer = RtpPeer.on(rtp.asDgram, rtcp.asDgram, address, { tone, knows });
        this.ending.push(async () => peer.mute());
        return peer;
      }
    }

    const toldIn = (message: SipText): { contact: string; media: string } => ({
      contact: /@?([0-9a-f.:[\]]+):\d+/.exec(addressOf(fieldOf(message, 'Contact')).replace(/^sip:/, ''))?.[1] ?? '',
      media: /^c=IN IP[46] (\S+)/m.exec(message.body)?.[1] ?? '',
    });
    const both = (address: string) => ({ contact: address.includes(':') ? `[${address}]` : address, media: address });

    /** Everything that has come to a phone, from there and from nowhere else. */
    const heardOnlyFrom = (address: string, phone: Phone, rtp: RtpPeer): void => {
      expect([...phone.sources]).toEqual([address]);
      expect([...new Set(rtp.received.map(({ from }) => from.address))]).toEqual([address]);
    };

    interface Caller {
      readonly phone: Phone;
      readonly rtp: RtpPeer;
      readonly invite: SipText;
      readonly answer: SipText;
      readonly dialog: PhoneDialog;
    }

    const calls = async (
      stage: Stage,
      namespace: Namespace,
      from: string,
      to: string,
      tone: number = anna,
    ): Promise<Caller> => {
      const phone = await stage.phone(namespace, from, to, '+36201112233');
      const rtp = await stage.rtp(namespace, from, tone);
      const invite = phone.invite('+361', {}, rtp.describe());
      const answer = await phone.next(200);
      const dialog = PhoneDialog.ofCaller(phone, invite, answer);
      dialog.ack();
      rtp.talkTo(answer.body);
      return { phone, rtp, invite, answer, dialog };
    };

    /** A phone that rings is answered, and hears the other one. */
    const answers = async (stage: Stage, phone: Phone, namespace: Namespace, address: string, tone: number) => {
      const invite = await phone.next('INVITE');
      const rtp = await stage.rtp(namespace, address, tone);
      phone.respond(invite, 200, {}, rtp.describe());
      await phone.next('ACK');
      rtp.talkTo(invite.body);
      return { invite, rtp, dialog: PhoneDialog.ofCallee(phone, invite) };
    };

    const hangUp = async (dialog: PhoneDialog, phone: Phone): Promise<void> => {
      dialog.send('BYE');
      await phone.next(200);
    };

    test(
      'the advertised address is the second one of an interface: the menu is heard from there, and hears keys there',
      during(async stage => {
        const reception = await stage.registered(lan, there.lan, here.second, '10');
        const { phone, rtp, answer, dialog } = await calls(stage, lan, there.lan, here.second);
        expect(toldIn(answer)).toEqual(both(here.second));
        await rtp.hears(welcome);
        await rtp.until(() => rtp.received.length >= 30);
        await rtp.press('0');
        const second = await answers(stage, reception, lan, there.lan, ben);
        expect(toldIn(second.invite)).toEqual(both(here.second));
        await Promise.all([rtp.hears(ben), second.rtp.hears(anna)]);
        heardOnlyFrom(here.second, phone, rtp);
        heardOnlyFrom(here.second, reception, second.rtp);
        await hangUp(dialog, phone);
      }, `sip: { advertise: ${here.second} }\nmedia: { advertise: ${here.second} }`),
      60_000,
    );

    test(
      'with nothing set, each is told the address that it has called, and hears from nowhere else',
      during(async stage => {
        for (const [namespace, from, to] of [
          [lan, there.lan, here.first],
          [lan, there.lan, here.second],
          [vpn, there.vpn, here.vpn],
          [lan, there.six, here.six],
        ] as const) {
          const { phone, rtp, answer, dialog } = await calls(stage, namespace, from, to);
          expect(toldIn(answer)).toEqual(both(to));
          await rtp.hears(welcome);
          await hangUp(dialog, phone);
          heardOnlyFrom(to, phone, rtp);
        }
      }),
      90_000,
    );

    test.each([
      ['of the other network', 'vpn', there.vpn, here.vpn],
      ['of IPv6', 'lan', there.six, here.six],
      ['that has registered at the second address', 'lan', there.lan, here.second],
    ] as const)(
      'a phone %s is rung from where it has registered, with an offer of its own',
      (_title, network, at, server) =>
        during(async stage => {
          const namespace = network === 'vpn' ? vpn : lan;
          const callee = await stage.registered(namespace, at, server, '102');
          const { phone, rtp, dialog } = await calls(stage, lan, there.lan, here.first);
          await rtp.hears(welcome);
          await rtp.press('102');
          const second = await answers(stage, callee, namespace, at, ben);
          expect(toldIn(second.invite)).toEqual(both(server));
          expect(fieldOf(second.invite, 'Via')).toContain(` ${both(server).contact}:5060`);
          await Promise.all([rtp.hears(ben), second.rtp.hears(anna)]);
          heardOnlyFrom(here.first, phone, rtp);
          heardOnlyFrom(server, callee, second.rtp);
          await hangUp(second.dialog, callee);
          phone.respond(await phone.next('BYE'), 200);
          expect(dialog.theirTag).not.toBe('');
        })(),
      60_000,
    );

    test(
      'two phones of one extension in two networks have an offer each, and the one that answers is heard',
      during(async stage => {
        const inLan = await stage.registered(lan, there.lan, here.second, '102');
        const inVpn = await stage.registered(vpn, there.vpn, here.vpn, '102');
        const { phone, rtp, dialog } = await calls(stage, lan, there.lan, here.first);
        await rtp.hears(welcome);
        await rtp.press('102');
        const rung = await inLan.next('INVITE');
        inLan.respond(rung, 180);
        expect(toldIn(rung)).toEqual(both(here.second));
        const second = await answers(stage, inVpn, vpn, there.vpn, ben);
        expect(toldIn(second.invite)).toEqual(both(here.vpn));
        inLan.respond(await inLan.next('CANCEL'), 200);
        inLan.respond(rung, 487);
        await Promise.all([rtp.hears(ben), second.rtp.hears(anna)]);
        heardOnlyFrom(here.vpn, inVpn, second.rtp);
        await hangUp(dialog, phone);
      }),
      60_000,
    );

    test(
      'a phone that goes to another network is told the address there, and hears from it',
      during(async stage => {
        const { rtp, invite, answer } = await calls(stage, lan, there.lan, here.first);
        await rtp.hears(welcome);
        rtp.mute();
        const phone = await stage.phone(vpn, there.vpn, here.vpn, '+36201112233');
        const away = await stage.rtp(vpn, there.vpn, anna);
        const moved = PhoneDialog.ofCaller(phone, invite, answer);
        moved.send('INVITE', { 'Content-Type': 'application/sdp' }, away.describe({ version: 2 }));
        const again = await phone.next(200);
        moved.ack();
        expect(toldIn(again)).toEqual(both(here.vpn));
        away.talkTo(again.body);
        await away.hears(welcome);
        heardOnlyFrom(here.vpn, phone, away);
        await hangUp(moved, phone);
      }),
      60_000,
    );

    test(
      'a floating address that comes while it runs is answered from a few seconds later',
      during(async stage => {
        const floating = '10.77.1.3';
        pbx.ip('addr', 'add', `${floating}/24`, 'dev', lanInterface);
        try {
          await new Promise(resolve => setTimeout(resolve, 3_500));
          const { phone, rtp, answer, dialog } = await calls(stage, lan, there.lan, floating);
          expect(toldIn(answer)).toEqual(both(floating));
          await rtp.hears(welcome);
          await hangUp(dialog, phone);
          heardOnlyFrom(floating, phone, rtp);
        } finally {
          pbx.ip('addr', 'delete', `${floating}/24`, 'dev', lanInterface);
        }
      }),
      60_000,
    );

    test(
      'an address by networks: inside as it is, outside that of the NAT, with media from the one that faces it',
      during(async stage => {
        const inside = await calls(stage, vpn, there.vpn, here.vpn);
        expect(toldIn(inside.answer)).toEqual(both(here.vpn));
        const outside = await calls(stage, lan, there.lan, here.first);
        expect(toldIn(outside.answer)).toEqual(both('198.51.100.9'));
        // The NAT: what is sent to the address outside arrives here.
        outside.rtp.talkTo(outside.answer.body.replace(/198\.51\.100\.9/g, here.first));
        await Promise.all([inside.rtp.hears(welcome), outside.rtp.hears(welcome)]);
        heardOnlyFrom(here.first, outside.phone, outside.rtp);
        await hangUp(inside.dialog, inside.phone);
        await hangUp(outside.dialog, outside.phone);
      }, 'sip: { advertise: { 10.77.2.0/24: auto, default: 198.51.100.9 } }'),
      60_000,
    );
  },
);
