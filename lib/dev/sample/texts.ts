import type { Random } from "./random.ts";

const ACTIONS =
  "PROVIDE,EXERCISE OPTION YEAR 2 FOR,INCREMENTAL FUNDING FOR,IGF::OT::IGF,RENEWAL OF,UPGRADE OF,REPAIR OF,DE-OBLIGATE FUNDS FROM";
const THINGS =
  "DATA CENTER SUPPORT SERVICES|CUSTODIAL SERVICES AT THE FIELD OFFICE|LAPTOPS, DOCKING STATIONS AND MONITORS|" +
  'TAX PROCESSING SYSTEMS DEVELOPMENT & MAINTENANCE|GUARD SERVICES|COURSE "LEADING CHANGE", 3 SESSIONS|' +
  "RADIO EQUIPMENT AND INSTALLATION|ENGINEERING STUDY OF BRIDGE NO. 7|MEDICAL SUPPLIES; FREIGHT INCLUDED|" +
  "SOFTWARE LICENSES (500 SEATS) | ANNUAL MAINTENANCE|TRANSLATION: ESPAÑOL, FRANÇAIS, 日本語";
const PURPOSES =
  "to expand access to services|to study the transmission of infectious diseases in rural areas|" +
  "to improve highways and bridges|to train workers for jobs in high demand|to help communities recover from a disaster|" +
  'to make loans to small businesses|to teach pupils "farm to school" nutrition';
const actions = ACTIONS.split(","), things = THINGS.split(/\|(?! )/), purposes = PURPOSES.split("|");

/**
 * The free text that describes a contract transaction; now and then with line ends, quotes or delimiters in
 * it.
 */
export function contractDescription(random: Random): string {
  const text = `${random.pick(actions)} ${random.pick(things)}`;
  if (random.chance(1)) return `${text}\nPERIOD: 12 MONTHS\nFUNDING: FULL`;
  return random.chance(10) ? `${text} - ${random.pick(things)}` : text;
}

/** The free text that describes an assistance award. */
export function assistanceDescription(random: Random): string {
  const purpose = random.pick(purposes);
  return random.chance(30)
    ? `Grant ${purpose}, including, but not limited to, ${random.pick(purposes)}.`
    : purpose.toUpperCase();
}
