/** Calling codes (ITU-T E.164) and the countries behind them, for a hint beside the number; the server alone decides. */
const countries =
  "1US/CA 7RU/KZ 20EG 27ZA 30GR 31NL 32BE 33FR 34ES 36HU 39IT 40RO 41CH 43AT 44GB 45DK 46SE 47NO 48PL 49DE " +
  "51PE 52MX 53CU 54AR 55BR 56CL 57CO 58VE 60MY 61AU 62ID 63PH 64NZ 65SG 66TH 81JP 82KR 84VN 86CN 90TR 91IN " +
  "92PK 93AF 94LK 95MM 98IR 211SS 212MA 213DZ 216TN 218LY 220GM 221SN 222MR 223ML 224GN 225CI 226BF 227NE " +
  "228TG 229BJ 230MU 231LR 232SL 233GH 234NG 235TD 236CF 237CM 238CV 239ST 240GQ 241GA 242CG 243CD 244AO " +
  "245GW 248SC 249SD 250RW 251ET 252SO 253DJ 254KE 255TZ 256UG 257BI 258MZ 260ZM 261MG 262RE 263ZW 264NA " +
  "265MW 266LS 267BW 268SZ 269KM 291ER 297AW 298FO 299GL 350GI 351PT 352LU 353IE 354IS 355AL 356MT 357CY " +
  "358FI 359BG 370LT 371LV 372EE 373MD 374AM 375BY 376AD 377MC 378SM 380UA 381RS 382ME 383XK 385HR 386SI " +
  "387BA 389MK 420CZ 421SK 423LI 501BZ 502GT 503SV 504HN 505NI 506CR 507PA 509HT 590GP 591BO 592GY 593EC " +
  "594GF 595PY 596MQ 597SR 598UY 599CW 670TL 673BN 674NR 675PG 676TO 677SB 678VU 679FJ 680PW 682CK 685WS " +
  "686KI 687NC 689PF 691FM 692MH 850KP 852HK 853MO 855KH 856LA 880BD 886TW 960MV 961LB 962JO 963SY 964IQ " +
  "965KW 966SA 967YE 968OM 970PS 971AE 972IL 973BH 974QA 975BT 976MN 977NP 992TJ 993TM 994AZ 995GE 996KG 998UZ";
const regionsOf = new Map(
  countries.split(" ").map((entry) => {
    const code = Number.parseInt(entry, 10).toString();
    return [code, entry.slice(code.length).split("/")];
  }),
);
/** E.164 has no longer number. */
const MAX_DIGITS = 15;
/** The zeros of the scripts whose digits people type: Arabic, Persian, Devanagari, full-width. */
const zeros = [0x0660, 0x06f0, 0x0966, 0xff10];

function asciiDigit(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const zero = zeros.find((first) => code >= first && code < first + 10);
  return zero === undefined ? char : String(code - zero);
}

/** The digits of a number as somebody types or pastes it; `00` in front is another way to write `+`. */
export function digitsOf(text: string): string {
  const last = [...text].map(asciiDigit).join("").split("+").at(-1) ?? "";
  return last.replace(/\D/g, "").replace(/^00/, "").slice(0, MAX_DIGITS);
}

/** The calling code that the digits begin with; codes are prefix-free, so there is one at most. */
function callingCode(digits: string): string {
  return [1, 2, 3].map((length) => digits.slice(0, length)).find((code) => regionsOf.has(code)) ?? "";
}

/** A number in groups that can be read out: +49 151 234 5678. */
export function formatPhone(text: string): string {
  const digits = digitsOf(text);
  const code = callingCode(digits);
  const groups = code ? [code] : [];
  let rest = digits.slice(code.length);
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  if (rest) groups.push(rest);
  return `+${groups.join(" ")}`;
}

/** The regions (ISO 3166) that a number may belong to; none while its code is not known. */
export function regionsFor(text: string): string[] {
  return regionsOf.get(callingCode(digitsOf(text))) ?? [];
}

/** The region that speakers of a language most likely are in; "" for what is no language tag, as "C" on some systems. */
function likelyRegion(language: string): string {
  try {
    return new Intl.Locale(language).maximize().region ?? "";
  } catch {
    return "";
  }
}

/** What a number of this browser's country begins with. */
export function localPrefix(language: string): string {
  const region = likelyRegion(language);
  const found = [...regionsOf].find(([, regions]) => regions.includes(region));
  return found ? `+${found[0]} ` : "+";
}
