/** Stories played on real telephones against a switchboard that runs: real SIP, real RTP, and what came of it. */

export { foresee, type Prospect } from './foresee.ts';
export { type LiveOutcome, type LivePerformance, livePageOf, playLive } from './play.ts';
export { RecordsFile } from './recordsFile.ts';
export { type LiveSounds, readSounds, type SoundFiles } from './sounds.ts';
export { NotPlayable, type Switchboard } from './stage.ts';
