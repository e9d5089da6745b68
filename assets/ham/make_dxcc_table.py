#!/usr/bin/env python3
"""Makes dxcc.tbl, the entity table built into the program.

    make_dxcc_table.py cty.csv CTY.DAT enumerations_dxcc_entity_code.csv dxcc.tbl

Input: AD1C's country file in CSV form (country-files.com, MIT licence) for today's prefixes and calls;
AD1C's full CTY.DAT of any date for the zones of call areas, which the CSV leaves to the reading program (W6,
VE3, UA0 ...); the ADIF specification's DXCC_Entity_Code enumeration for the names of deleted entities and as a check of
the entity numbers; beside this script `dxcc_deleted.csv` and `dxcc_history.csv`, written for this project,
for everything that has a date.

Output: one item a line, blank separated, east and north positive, `-` = not known or no limit:

    table DATE RELEASE                             what AD1C's file calls itself
    d ID PREFIX CONT CQ ITU LAT LON FROM UNTIL NAME   deleted entity
    e ID PREFIX CONT CQ ITU LAT LON NAME           entity; the lines below it are its own
    w ID PREFIX CONT CQ ITU LAT LON NAME           part of an entity, separate for CQ and WAE only
    z CQ ITU LAT LON CONT                          what differs for the following p and x lines
    p PREFIX ...                                   prefixes
    y PREFIX ...                                   prefixes of CTY.DAT with zones the CSV does not give
    x CALL ...                                     whole calls
    v ID DATE                                      first day an entity counts
    h PREFIX ID FROM UNTIL                         earlier use of a prefix
    s KEY ID FROM UNTIL                            slash key
    c CALL ID FROM UNTIL                           dated operation, ID 0 = no entity
"""

import csv
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL_WORDS = {"And": "and", "Of": "of", "The": "the"}
OVERRIDES = re.compile(r"\((\d+)\)|\[(\d+)\]|<(-?[\d.]+)/(-?[\d.]+)>|\{(\w\w)\}|~(-?[\d.]+)~")


def own_rows(name):
    with open(os.path.join(HERE, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def adif_names(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {int(row["Entity Code"]): row["Entity Name"] for row in csv.DictReader(file)}


def title(name):
    words = re.sub(r"[A-Z]+('S\b)?", lambda m: m.group().capitalize(), name).split()
    return " ".join(words[:1] + [SMALL_WORDS.get(word, word) for word in words[1:]])


def number(text, sign=1):
    """Shortest form of a coordinate."""
    return f"{sign * float(text) + 0:g}"


def parse_token(token):
    """One list item as (whole call?, key, overrides)."""
    key = re.match(r"=?[A-Z0-9/]+", token).group()
    cq = itu = lat = lon = cont = "-"
    for match in OVERRIDES.finditer(token[len(key):]):
        cq, itu = match[1] or cq, match[2] or itu
        if match[3]:
            lat, lon = number(match[3]), number(match[4], -1)
        cont = match[5] or cont
    return key.startswith("="), key.lstrip("="), (cq, itu, lat, lon, cont)


def wrapped(kind, keys, width=110):
    line = kind
    for key in keys:
        if len(line) + 1 + len(key) > width:
            yield line
            line = kind
        line += " " + key
    if line != kind:
        yield line


def csv_prefixes(rows):
    """Prefix to (entity's prefix, CQ zone, ITU zone) of the CSV."""
    out = {}
    for prefix, _, _, _, cq, itu, _, _, _, tokens in rows:
        for token in tokens.rstrip(";").split():
            whole, key, overrides = parse_token(token)
            if not whole:
                out[key] = (prefix, *(own if own != "-" else main for own, main in zip(overrides, (cq, itu))))
    return out


def dat_prefixes(path):
    """The same of CTY.DAT."""
    with open(path, encoding="latin-1") as file:
        text = file.read().replace("\r", "")
    out = {}
    for record in text.split(";"):
        head, _, tokens = record.strip().partition("\n")
        fields = [field.strip() for field in head.split(":")]
        for token in tokens.replace("\n", "").replace(" ", "").split(","):
            if token and not token.startswith("="):
                _, key, overrides = parse_token(token)
                main = (str(int(fields[1])), str(int(fields[2])))
                out[key] = (fields[7], *(own if own != "-" else zone for own, zone in zip(overrides, main)))
    return out


def details(rows, dat_path):
    """Per entity prefix: zones to prefixes that CTY.DAT places in the same entity, but in other zones."""
    known, out = csv_prefixes(rows), {}
    for key, (entity, cq, itu) in dat_prefixes(dat_path).items():
        here = next((known[key[:n]] for n in range(len(key), 0, -1) if key[:n] in known), None)
        if here and here[0] == entity and here[1:] != (cq, itu):
            out.setdefault(entity, {}).setdefault((cq, itu), []).append(key)
    return out


def entity_lines(row, zones):
    prefix, name, number_, cont, cq, itu, lat, lon, _utc, tokens = row
    kind = "w" if prefix.startswith("*") else "e"
    yield f"{kind} {number_} {prefix.lstrip('*').upper()} {cont} {cq} {itu} {number(lat)} {number(lon, -1)} {name}"
    groups = {}
    for token in tokens.rstrip(";").split():
        whole, key, overrides = parse_token(token)
        if key.startswith("VER") and whole:
            continue
        groups.setdefault(overrides, ([], []))[whole].append(key)
    for overrides in sorted(groups):
        if set(overrides) != {"-"}:
            yield "z " + " ".join(overrides)
        prefixes, calls = groups[overrides]
        yield from wrapped("p", prefixes)
        yield from wrapped("x", calls)
    for (cq, itu), prefixes in sorted(zones.items()):
        yield f"z {cq} {itu} - - -"
        yield from wrapped("y", prefixes)


def history_lines():
    letters = {"entity": "v", "prefix": "h", "slash": "s", "call": "c"}
    for row in own_rows("dxcc_history.csv"):
        letter = letters[row["kind"]]
        if letter == "v":
            yield f"v {row['entity']} {row['from']}"
        else:
            yield f"{letter} {row['key']} {row['entity']} {row['from'] or '-'} {row['until'] or '-'}"


def deleted_lines(names):
    for row in own_rows("dxcc_deleted.csv"):
        yield " ".join(["d", row["entity"], row["prefix"], row["continent"], row["cq"], row["itu"] or "-",
                        number(row["lat"]), number(row["lon"]), row["from"] or "-", row["until"],
                        title(names[int(row["entity"])])])


def main(country_file, dat_file, entity_codes, target):
    with open(country_file, encoding="latin-1", newline="") as file:
        rows = list(csv.reader(file))
    names = adif_names(entity_codes)
    unknown = [row[0] for row in rows if int(row[2]) not in names]
    if unknown:
        sys.exit(f"entities unknown to ADIF: {unknown}")
    release = re.search(r"=VER(\d{4})(\d\d)(\d\d)", " ".join(row[9] for row in rows))
    date = "-".join(release.groups())
    out = [
        "# DXCC entities, prefixes and calls. Made by make_dxcc_table.py, which describes the lines; do not edit.",
        f"# Prefixes and calls: AD1C country file of {date} (country-files.com), Copyright (c) Jim Reisert AD1C,",
        "# MIT licence, see LICENSE-cty beside this file. Names of deleted entities: ADIF specification.",
        "# Dates: dxcc_deleted.csv and dxcc_history.csv of this project, with their sources.",
        f"table {date} AD1C",
        *deleted_lines(names),
        *history_lines(),
    ]
    zones = details(rows, dat_file)
    for row in rows:
        out += entity_lines(row, zones.get(row[0], {}))
    with open(target, "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(out) + "\n")
    print(f"{target}: {os.path.getsize(target)} bytes, {len(rows)} rows of {date}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
