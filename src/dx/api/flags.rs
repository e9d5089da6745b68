//! The flag of the country that an entity belongs to, as an emoji: two regional indicator letters.
//!
//! Entities that belong to no country (United Nations, Spratly Islands) have none. Sources: ADIF's entity numbers, ISO
//! 3166-1 alpha-2; parts of a country have the country's flag unless ISO gives them one of their own.

/// `number` and letters, in the order of numbers.
const COUNTRIES: &str = "1CA 3AF 4MU 5AX 6US 7AL 9AS 10TF 11IN 12AI 13AQ 14AM 15RU 16NZ 17VE 18AZ 20US 21ES 22PW 24BV \
27BY 29ES 31KI 32ES 33IO 34NZ 35CX 36FR 37CR 38CC 40GR 41TF 43PR 45GR 46MY 47CL 48KI 49GQ 50MX 51ER 52EE 53ET 54RU \
56BR 60BS 61RU 62BB 63GF 64BM 65VG 66BZ 69KY 70CU 71EC 72DO 74SV 75GE 76GT 77GD 78HT 79GP 80HN 82JM 84MQ 86NI 88PA \
89TC 90TT 91AW 94AG 95DM 96MS 97LC 98VC 99TF 100AR 103GU 104BO 105US 106GG 107GN 108BR 109GW 110US 111HM 112CL 114IM \
116CO 118NO 120EC 122JE 123US 124TF 125CL 126RU 129GY 130KZ 131TF 132PY 133NZ 135KG 136PE 137KR 138US 140SR 141FK \
142IN 143LA 144UY 145LV 146LT 147AU 148VE 149PT 150AU 152MO 153AU 157NR 158VU 159MV 160TO 161CO 162NC 163PG 165MU \
166MP 168MH 169YT 170NZ 171AU 172PN 173FM 174US 175PF 176FJ 177JP 179MD 180GR 181MZ 182US 185SB 187NE 188NU 189NF \
190WS 191CK 192JP 195GQ 197US 199NO 201ZA 202PR 203AD 204MX 205SH 206AT 207MU 209BE 211CA 212BG 213MF 214FR 215CY \
216CO 217CL 219ST 221DK 222FO 223GB 224FI 225IT 227FR 230DE 232SO 233GI 234CK 235GS 236GR 237GL 238AQ 239HU 240GS \
241AQ 242IS 245IE 248IT 249KN 250SH 251LI 252CA 253BR 254LU 256PT 257MT 259NO 260MC 262TJ 263NL 265GB 266NO 269PL \
270TK 272PT 273BR 274SH 275RO 276TF 277PM 278SM 279GB 280TM 281ES 282TV 283GB 284SE 285VI 286UG 287CH 288UA 291US \
292UZ 293VN 294GB 295VA 296RS 297US 298WF 299MY 301KI 302EH 303AU 304BH 305BD 306BT 308CR 309MM 312KH 315LK 318CN \
321HK 324IN 327ID 330IR 333IQ 336IL 339JP 342JO 344KP 345BN 348KW 354LB 363MN 369NP 370OM 372PK 375PH 376QA 378SA \
379SC 381SG 382DJ 384SY 386TW 387TH 390TR 391AE 400DZ 401AO 402BW 404BI 406CM 408CF 409CV 410TD 411KM 412CG 414CD \
416BJ 420GA 422GM 424GH 428CI 430KE 432LS 434LR 436LY 438MG 440MW 442ML 444MR 446MA 450NG 452ZW 453RE 454RW 456SN \
458SL 460FJ 462ZA 464NA 466SD 468SZ 470TZ 474TN 478EG 480BF 482ZM 483TG 489FJ 490KI 492YE 497HR 499SI 501BA 502MK \
503CZ 504SK 505TW 507SB 508PF 509PF 510PS 511TL 512NC 513PN 514ME 515AS 516BL 517CW 518SX 519BQ 520BQ 521SS 522XK";

/// The flag of an entity; empty where there is none.
pub(super) fn flag(dxcc: Option<u16>) -> String {
    let letters = dxcc.and_then(country).unwrap_or_default();
    let indicator = |letter: u8| char::from_u32(0x1F1E6 + u32::from(letter - b'A'));
    letters.bytes().filter_map(indicator).collect()
}

fn country(dxcc: u16) -> Option<&'static str> {
    COUNTRIES.split(' ').find_map(|entry| {
        let (number, letters) = entry.split_at_checked(entry.len().checked_sub(2)?)?;
        (number.parse() == Ok(dxcc)).then_some(letters)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ham::dxcc::Resolver;

    #[test]
    fn entities_have_the_flags_of_their_countries() {
        assert_eq!(flag(Some(291)), "🇺🇸");
        assert_eq!(flag(Some(339)), "🇯🇵");
        assert_eq!(flag(Some(289)), "", "United Nations");
        assert_eq!(flag(None), "");
    }

    #[test]
    fn the_table_is_in_order_and_names_entities_that_there_are() {
        let resolver = Resolver::embedded();
        let mut before = 0;
        for entry in COUNTRIES.split(' ') {
            let (number, letters) = entry.split_at(entry.len() - 2);
            let number: u16 = number.parse().unwrap();
            assert!(number > before, "{entry}");
            assert!(
                letters.bytes().all(|letter| letter.is_ascii_uppercase()),
                "{entry}"
            );
            let entity = resolver.entity(crate::ham::dxcc::EntityId(number));
            assert!(entity.is_some_and(|entity| !entity.deleted), "{entry}");
            before = number;
        }
        let current = resolver.entities().filter(|entity| !entity.deleted);
        let without: Vec<_> = current
            .filter(|entity| flag(Some(entity.id.0)).is_empty())
            .map(|entity| entity.name.as_str())
            .collect();
        assert!(without.len() <= 8, "{without:?}");
    }
}
