// Closed lists of values, by the field (or kind of field) that uses them.
// Made by make_adif_tables.py from the ADIF 3.1.7 exports of adif.org.uk on 2026-11-21; do not edit.
const LISTS: [(&str, &[&str]); 13] = [
    ("ANT_PATH", &["G", "L", "O", "S"]),
    ("ARRL_SECT", &["AB", "AK", "AL", "AR", "AZ", "BC", "CO", "CT", "DE", "EB", "EMA", "ENY", "EPA", "EWA", "GA", "GH", "GTA", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "LAX", "MAR", "MB", "MDC", "ME", "MI", "MN", "MO", "MS", "MT", "NB", "NC", "ND", "NE", "NFL", "NH", "NL", "NLI", "NM", "NNJ", "NNY", "NS", "NT", "NTX", "NV", "NWT", "OH", "OK", "ON", "ONE", "ONN", "ONS", "OR", "ORG", "PAC", "PE", "PR", "QC", "RI", "SB", "SC", "SCV", "SD", "SDG", "SF", "SFL", "SJV", "SK", "SNJ", "STX", "SV", "TER", "TN", "UT", "VA", "VI", "VT", "WCF", "WI", "WMA", "WNY", "WPA", "WTX", "WV", "WWA", "WY"]),
    ("CONT", &["AF", "AN", "AS", "EU", "NA", "OC", "SA"]),
    ("EQSL_AG", &["N", "U", "Y"]),
    ("MORSE_KEY_TYPE", &["BUG", "CPU", "DP", "FAB", "SK", "SP", "SS"]),
    ("PROP_MODE", &["AS", "AUE", "AUR", "BS", "ECH", "EME", "ES", "F2", "FAI", "GWAVE", "INTERNET", "ION", "IRL", "LOS", "MS", "RPT", "RS", "SAT", "TEP", "TR"]),
    ("QSL_RCVD", &["I", "N", "R", "V", "Y"]),
    ("QSL_SENT", &["I", "N", "Q", "R", "Y"]),
    ("QSL_VIA", &["B", "D", "E", "M"]),
    ("QSO_COMPLETE", &["?", "N", "NIL", "Y"]),
    ("QSO_DOWNLOAD_STATUS", &["I", "N", "Y"]),
    ("QSO_UPLOAD_STATUS", &["M", "N", "Y"]),
    ("REGION", &["AI", "BI", "ET", "IV", "KO", "NONE", "SI", "SY"]),
];
