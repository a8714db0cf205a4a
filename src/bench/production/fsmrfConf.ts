import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Each channel makes a connection to whoever invited it (drachtio-fsmrf's README; `X-esl-outbound`). */
const dialplan = `<include>
  <context name="kozpont">
    <extension name="fsmrf">
      <condition field="\${sip_user_agent}" expression="^drachtio-fsmrf:">
        <action application="answer"/>
        <action application="socket" data="\${sip_h_X-esl-outbound} async full"/>
      </condition>
    </extension>
  </context>
</include>
`;

/**
 * The configuration of Kozpont's FreeSWITCH, changed in place into one for drachtio-fsmrf: the same modules, codecs,
 * timers and log, so that the two differ in nothing but what each needs.
 */
export async function adaptToFsmrf(conf: string): Promise<void> {
  await writeFile(join(conf, 'dialplan', 'kozpont.xml'), dialplan);
  const file = join(conf, 'sip_profiles', 'kozpont.xml');
  const profile = await readFile(file, 'utf8');
  // It makes an endpoint without a far end by an INVITE without a description.
  await writeFile(file, profile.replace('<settings>', '<settings>\n      <param name="enable-3pcc" value="true"/>'));
}
