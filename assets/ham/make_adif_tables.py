#!/usr/bin/env python3
"""Makes our compact ADIF tables from the official ones. Run by hand, never at build time:

    assets/ham/make_adif_tables.py ADIF_CSV_DIR LOTW_CSV_DIR

ADIF_CSV_DIR holds the CSV exports of the ADIF specification (adif.org.uk), LOTW_CSV_DIR the mode tables
of Logbook of the World's configuration (modes.csv, adif_to_lotw_mode.csv). Writes the *.rs beside this script.
"""

import csv
import datetime
import decimal
import pathlib
import sys

OUT = pathlib.Path(__file__).resolve().parent

KINDS = {
    "Boolean": "Boolean", "Number": "Number", "Integer": "Number", "PositiveInteger": "Number",
    "Date": "Date", "Time": "Time", "Enumeration": "Enumeration", "Location": "Location",
    "MultilineString": "Multiline", "IntlString": "Intl", "IntlMultilineString": "IntlMultiline",
}


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(name, version, what, body):
    head = (
        f"// {what}\n"
        f"// Made by make_adif_tables.py from the ADIF {version} exports of adif.org.uk"
        f" on {datetime.date.today().isoformat()}; do not edit.\n"
    )
    (OUT / name).write_text(head + body, encoding="utf-8")


def hertz(mhz):
    return int(decimal.Decimal(mhz) * 1_000_000)


def grouped(number):
    return f"{number:_}"


def bands(adif, version):
    lines = sorted(
        (hertz(r["Lower Freq (MHz)"]), hertz(r["Upper Freq (MHz)"]), r["Band"])
        for r in rows(adif / "enumerations_band.csv")
    )
    body = f"const ROWS: [Row; {len(lines)}] = [\n"
    for low, high, name in lines:
        body += f'    Row {{ name: "{name}", lower: {grouped(low)}, upper: {grouped(high)} }},\n'
    write("bands.rs", version, "Bands: name, lowest and highest frequency in hertz, both inside.", body + "];\n")


def submode_map(adif):
    """Union of the Submode table and the Submodes column of the Mode table: each has names the other lacks."""
    found = {r["Submode"]: r["Mode"] for r in rows(adif / "enumerations_submode.csv")}
    for row in rows(adif / "enumerations_mode.csv"):
        for item in filter(None, (part.strip() for part in row["Submodes"].split(","))):
            parts = item.split()
            # The column misses a comma between MFSK128 and MFSK128L; real names with blanks are in the table.
            names = parts if item not in found and all(p in found for p in parts) else [item]
            for name in names:
                found.setdefault(name, row["Mode"])
    return found


def modes(adif, lotw, version):
    groups = {r["lotw_mode"]: r["group"].capitalize() for r in rows(lotw / "modes.csv")}
    to_lotw = {(r["adif_mode"], r["adif_submode"]): r["lotw_mode"] for r in rows(lotw / "adif_to_lotw_mode.csv")}
    submodes = submode_map(adif)

    def group(mode):
        return groups.get(to_lotw.get((mode, ""), mode), "Data")

    names = {}
    for row in rows(adif / "enumerations_mode.csv"):
        mode = row["Mode"]
        old = bool(row["Import-only"])
        names[mode] = (group(submodes.get(mode, mode)) if old else group(mode), old)
    body = f"const MODES: [ModeRow; {len(names)}] = [\n"
    for mode, (which, old) in sorted(names.items()):
        body += f'    ModeRow {{ name: "{mode}", group: ModeGroup::{which}, import_only: {str(old).lower()} }},\n'
    body += f"];\n\n// Submode and the mode it belongs to.\nconst SUBMODES: [(&str, &str); {len(submodes)}] = [\n"
    for name, mode in sorted(submodes.items()):
        body += f'    ("{name}", "{mode}"),\n'
    others = {n: g for n, g in groups.items() if n not in names and n not in submodes}
    body += "];\n\n// Names that Logbook of the World uses as modes and ADIF does not know.\n"
    body += f"const LOTW_NAMES: [(&str, ModeGroup); {len(others)}] = [\n"
    for name, which in sorted(others.items()):
        body += f'    ("{name}", ModeGroup::{which}),\n'
    write("modes.rs", version, "Modes with their group as Logbook of the World counts them.", body + "];\n")


def fields(adif, version):
    table = {}
    for row in rows(adif / "fields.csv"):
        name = row["Field Name"]
        if name != "USERDEFn":
            table[name] = (KINDS.get(row["Data Type"], "Text"), bool(row["Header Field"]))
    body = f"const FIELDS: [FieldRow; {len(table)}] = [\n"
    for name, (kind, header) in sorted(table.items()):
        body += f'    FieldRow {{ name: "{name}", kind: Kind::{kind}, header: {str(header).lower()} }},\n'
    write("fields.rs", version, "Fields of ADIF: name, data type, whether it belongs to the header.", body + "];\n")


def enumerations(adif, version):
    """The short closed lists; long ones (contests, subdivisions) are left to whoever shows them."""
    lists = {
        "ANT_PATH": ("ant_path", "Abbreviation"), "ARRL_SECT": ("arrl_section", "Abbreviation"),
        "CONT": ("continent", "Abbreviation"), "EQSL_AG": ("eqsl_ag", "Status"),
        "MORSE_KEY_TYPE": ("morse_key_type", "Abbreviation"), "PROP_MODE": ("propagation_mode", "Enumeration"),
        "QSL_RCVD": ("qsl_rcvd", "Status"), "QSL_SENT": ("qsl_sent", "Status"), "QSL_VIA": ("qsl_via", "Via"),
        "QSO_COMPLETE": ("qso_complete", "Abbreviation"), "QSO_DOWNLOAD_STATUS": ("qso_download_status", "Status"),
        "QSO_UPLOAD_STATUS": ("qso_upload_status", "Status"), "REGION": ("region", "Region Entity Code"),
    }
    body = f"const LISTS: [(&str, &[&str]); {len(lists)}] = [\n"
    for name, (file, column) in sorted(lists.items()):
        values = sorted({r[column] for r in rows(adif / f"enumerations_{file}.csv")})
        body += f'    ("{name}", &[{", ".join(f"{chr(34)}{v}{chr(34)}" for v in values)}]),\n'
    write("enumerations.rs", version, "Closed lists of values, by the field (or kind of field) that uses them.", body + "];\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    adif, lotw = map(pathlib.Path, sys.argv[1:])
    version = rows(adif / "fields.csv")[0]["ADIF Version"]
    bands(adif, version)
    modes(adif, lotw, version)
    fields(adif, version)
    enumerations(adif, version)


if __name__ == "__main__":
    main()
