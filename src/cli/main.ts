#!/usr/bin/env node
import { catalogue } from './catalogue.ts';
import { dispatch } from './dispatch.ts';
import { surroundings } from './surroundings.ts';
import { version } from './version.ts';

process.exitCode = await dispatch(process.argv.slice(2), catalogue, await version(), surroundings());
