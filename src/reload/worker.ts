/** The thread that checks one dialplan and ends: the calls of the main one do not wait for it. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkBytes } from './check.ts';
import type { Job } from './checking.ts';

const { bytes, shownAs, now } = workerData as Job;
parentPort?.postMessage(checkBytes(bytes, shownAs, now));
