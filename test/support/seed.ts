import fc from 'fast-check';

/**
 * The seed of every random test: the same in each run, so that a change is judged by what it changes. KOZPONT_SEED
 * takes another one, and `random` looks where nobody has looked yet; what fails prints the seed that repeats it.
 */
const wanted = process.env.KOZPONT_SEED ?? '1729';

const seed = wanted === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(wanted);
if (!Number.isInteger(seed)) throw new Error(`KOZPONT_SEED: "${wanted}" is no integer, nor "random"`);
fc.configureGlobal({ seed });
