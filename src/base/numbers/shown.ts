import parsePhoneNumber from 'libphonenumber-js/min';

/** A number as people write it: `+36 1 234 5678`. What is not in its one form comes back as it is. */
export function showNumber(number: string): string {
  if (!/^\+[0-9]{7,15}$/.test(number)) return number;
  const found = parsePhoneNumber(number, { extract: false });
  return found?.isValid() === true && found.number === number ? found.formatInternational() : number;
}
