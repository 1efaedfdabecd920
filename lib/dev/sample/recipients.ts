import type { Random } from "./random.ts";
import { foreignPlaces, places, recipientKinds } from "./vocabulary.ts";

/** Somebody who receives awards. All made up. */
export interface Recipient {
  uei: string;
  name: string;
  tradeName: string | null;
  cage: string;
  parent: { uei: string; name: string };
  /** `S` small, `O` other than small. */
  size: string;
  /** The code of the kind of recipient of assistance, or nothing where it receives none. */
  businessTypes: string;
  organizationalType: string;
  /** The columns of D1 that are true. */
  flags: string[];
  street: string;
  secondLine: string | null;
  /** Where in the United States; null is abroad. */
  place: typeof places[number] | null;
  foreignPlace: typeof foreignPlaces[number];
  zipLast4: string;
  phone: string;
  fax: string | null;
}

const ROOTS =
  "ABERNATHY,ALDER CREEK,APEX,BARLOW,BLUE MESA,BRIGHTWATER,CALDERÓN,CARDINAL,CEDAR RIDGE,COPPERFIELD," +
  "DELACROIX,DOVETAIL,EASTLAKE,ELLSWORTH,FALCON,FERNÁNDEZ,GRANITE,GRÜNWALD,HALVORSEN,HARBORVIEW,IRONWOOD,JUNIPER," +
  "KEYSTONE,LARKSPUR,LIGHTHOUSE,MACALLISTER,MERIDIAN,NORTHGATE,NUÑEZ,O'MALLEY,OAKHURST,PEÑA,PINNACLE,QUARRY HILL," +
  "RED HAWK,ROSEMONT,SANDERLING,SIERRA,SØRENSEN,STONEBRIDGE,SUMMIT,TALLGRASS,TIDEWATER,TRILLIUM,UNDERHILL,VANGUARD," +
  "WESTERLY,WHITFIELD,YARROW,ZENITH";
const TRADES =
  "ANALYTICS,BUILDING SERVICES,CONSTRUCTION,CONSULTING,CYBER & CLOUD,ENGINEERING,ENVIRONMENTAL,FEDERAL," +
  "HEALTH SCIENCES,LOGISTICS,MEDIA,RESEARCH,SECURITY,SOLUTIONS,STAFFING,SYSTEMS,TECHNOLOGIES,TRAINING,TRANSPORT,SUPPLY CO.";
const STREETS =
  "MAIN ST,CORPORATE BLVD,TECHNOLOGY DR,INDUSTRIAL PKWY,LIBERTY AVE,HACKS CROSS RD,K ST NW,VÍA ESPERANZA";
const roots = ROOTS.split(","), trades = TRADES.split(","), streets = STREETS.split(",");

// A unique entity identifier has no I and no O, and does not begin with a zero.
const UEI_FIRST = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const UEI_CHARACTERS = UEI_FIRST + "123456789";

/** Makes so many recipients, at least one of each kind where there are enough. */
export function makeRecipients(random: Random, count: number): Recipient[] {
  return Array.from({ length: count }, (_, i) => makeRecipient(random, recipientKinds[i]));
}

function makeRecipient(
  random: Random,
  kind = random.pickByShare(recipientKinds, ({ share }) => Number(share)),
): Recipient {
  const flags = kind.flags.split(" ");
  const isForeign = kind.organizational_type === "FOREIGN";
  const place = random.pick(places);
  const name = kind.name.replaceAll("%r", () => random.pick(roots)).replaceAll(
    "%t",
    () => random.pick(trades),
  )
    .replaceAll("%c", place.city).replaceAll("%s", place.state_name);
  const uei = makeUei(random);
  // What somebody receives awards for.
  flags.push(
    random.pick(["contracts", "receives_contracts_and_gra", kind.business_types ? "grants" : "contracts"]),
  );
  return {
    uei,
    name,
    tradeName: random.chance(12) ? `${random.pick(roots)} ${random.pick(trades)}` : null,
    cage: random.characters("0123456789", 1) + random.characters("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", 4),
    parent: random.chance(80)
      ? { uei, name }
      : { uei: makeUei(random), name: `${random.pick(roots)} HOLDINGS, INC.` },
    size: kind.size,
    businessTypes: kind.business_types,
    organizationalType: kind.organizational_type,
    flags,
    street: `${random.whole(1, 9999)} ${random.pick(streets)}`,
    secondLine: random.chance(30) ? `${random.pick(["STE", "BLDG", "FL"])} ${random.whole(1, 900)}` : null,
    place: isForeign ? null : place,
    foreignPlace: random.pick(foreignPlaces),
    zipLast4: random.digits(4),
    phone: random.whole(2, 9) + random.digits(9),
    fax: random.chance(35) ? random.whole(2, 9) + random.digits(9) : null,
  };
}

const makeUei = (random: Random) => random.characters(UEI_FIRST, 1) + random.characters(UEI_CHARACTERS, 11);
