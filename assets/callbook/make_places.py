#!/usr/bin/env python3
"""Makes the tables of places: us_zip.bin, ca_fsa.bin, cities.bin and regions.rs beside this script.

    make_places.py us_zcta_centroids.csv us_zip_extra_geonames.csv ca_fsa_centroids.csv

Inputs (README.md names their origins and terms):
  us_zcta_centroids.csv      zip,lat,lon             2021 US Census gazetteer (ZCTA)
  us_zip_extra_geonames.csv  zip,lat,lon,city,state  ZIPs without a ZCTA, from GeoNames
  ca_fsa_centroids.csv       fsa,lat,lon,place,province

us_zip.bin, ca_fsa.bin: records of 9 bytes, sorted by their first 3: key, latitude, longitude, each an unsigned
24-bit big-endian number. The key of a ZIP is its value, of a forward sortation area its 3 characters read in
base 36. Latitude is (n * 180 / (2^24 - 1)) - 90 degrees, longitude (n * 360 / (2^24 - 1)) - 180.
cities.bin: the same with a key of 5 bytes, the low 40 bits of FNV-1a over "COUNTRY|REGION|NAME", where NAME is the
city in capitals A to Z alone, with leading SAINT, SAINTE, FORT and MOUNT shortened to ST, STE, FT and MT.

Left out: 0,0 and the military ZIPs (states AA, AE, AP), whose places are not where their holders are.
"""

import csv
import re
import statistics
import sys
import unicodedata
from collections import defaultdict
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

HERE = Path(__file__).resolve().parent
FULL = 2**24 - 1
MASK40 = 2**40 - 1

# code: (name, DXCC entity)
US = {
    "AL": ("Alabama", 291), "AK": ("Alaska", 6), "AZ": ("Arizona", 291), "AR": ("Arkansas", 291),
    "CA": ("California", 291), "CO": ("Colorado", 291), "CT": ("Connecticut", 291), "DE": ("Delaware", 291),
    "DC": ("District of Columbia", 291), "FL": ("Florida", 291), "GA": ("Georgia", 291), "HI": ("Hawaii", 110),
    "ID": ("Idaho", 291), "IL": ("Illinois", 291), "IN": ("Indiana", 291), "IA": ("Iowa", 291),
    "KS": ("Kansas", 291), "KY": ("Kentucky", 291), "LA": ("Louisiana", 291), "ME": ("Maine", 291),
    "MD": ("Maryland", 291), "MA": ("Massachusetts", 291), "MI": ("Michigan", 291), "MN": ("Minnesota", 291),
    "MS": ("Mississippi", 291), "MO": ("Missouri", 291), "MT": ("Montana", 291), "NE": ("Nebraska", 291),
    "NV": ("Nevada", 291), "NH": ("New Hampshire", 291), "NJ": ("New Jersey", 291), "NM": ("New Mexico", 291),
    "NY": ("New York", 291), "NC": ("North Carolina", 291), "ND": ("North Dakota", 291), "OH": ("Ohio", 291),
    "OK": ("Oklahoma", 291), "OR": ("Oregon", 291), "PA": ("Pennsylvania", 291), "RI": ("Rhode Island", 291),
    "SC": ("South Carolina", 291), "SD": ("South Dakota", 291), "TN": ("Tennessee", 291), "TX": ("Texas", 291),
    "UT": ("Utah", 291), "VT": ("Vermont", 291), "VA": ("Virginia", 291), "WA": ("Washington", 291),
    "WV": ("West Virginia", 291), "WI": ("Wisconsin", 291), "WY": ("Wyoming", 291),
    "AS": ("American Samoa", 9), "GU": ("Guam", 103), "MP": ("Northern Mariana Islands", 166),
    "PR": ("Puerto Rico", 202), "VI": ("U.S. Virgin Islands", 285),
}

# ZIP areas of the territories, which the second input does not name.
TERRITORY_ZIPS = {"006": "PR", "007": "PR", "008": "VI", "009": "PR"}
PACIFIC_ZIPS = {"9691": "GU", "9692": "GU", "9693": "GU", "9695": "MP"}

CA = {
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador", "NS": "Nova Scotia", "NT": "Northwest Territories", "NU": "Nunavut",
    "ON": "Ontario", "PE": "Prince Edward Island", "QC": "Quebec", "SK": "Saskatchewan", "YT": "Yukon",
}
CA_SPELLINGS = {"Northwest Territory": "NT", "Nunavut Territory": "NU"}

# Seats of government, to two digits.
AU = [
    ("ACT", "Australian Capital Territory", -35.31, 149.12, 70), ("NSW", "New South Wales", -33.87, 151.21, 1200),
    ("NT", "Northern Territory", -12.46, 130.84, 1700), ("QLD", "Queensland", -27.47, 153.03, 2300),
    ("SA", "South Australia", -34.93, 138.60, 1300), ("TAS", "Tasmania", -42.88, 147.33, 500),
    ("VIC", "Victoria", -37.81, 144.96, 700), ("WA", "Western Australia", -31.95, 115.86, 2400),
]
JP = [
    ("Hokkaido", 43.06, 141.35), ("Aomori", 40.82, 140.74), ("Iwate", 39.70, 141.15), ("Akita", 39.72, 140.10),
    ("Yamagata", 38.24, 140.36), ("Miyagi", 38.27, 140.87), ("Fukushima", 37.75, 140.47), ("Niigata", 37.90, 139.02),
    ("Nagano", 36.65, 138.18), ("Tokyo", 35.69, 139.69), ("Kanagawa", 35.45, 139.64), ("Chiba", 35.61, 140.12),
    ("Saitama", 35.86, 139.65), ("Ibaraki", 36.34, 140.45), ("Tochigi", 36.57, 139.88), ("Gunma", 36.39, 139.06),
    ("Yamanashi", 35.66, 138.57), ("Shizuoka", 34.98, 138.38), ("Gifu", 35.39, 136.72), ("Aichi", 35.18, 136.91),
    ("Mie", 34.73, 136.51), ("Kyoto", 35.02, 135.76), ("Shiga", 35.00, 135.87), ("Nara", 34.69, 135.83),
    ("Osaka", 34.69, 135.52), ("Wakayama", 34.23, 135.17), ("Hyogo", 34.69, 135.18), ("Toyama", 36.70, 137.21),
    ("Fukui", 36.07, 136.22), ("Ishikawa", 36.59, 136.63), ("Okayama", 34.66, 133.93), ("Shimane", 35.47, 133.05),
    ("Yamaguchi", 34.19, 131.47), ("Tottori", 35.50, 134.24), ("Hiroshima", 34.40, 132.46), ("Kagawa", 34.34, 134.04),
    ("Tokushima", 34.07, 134.56), ("Ehime", 33.84, 132.77), ("Kochi", 33.56, 133.53), ("Fukuoka", 33.61, 130.42),
    ("Saga", 33.25, 130.30), ("Nagasaki", 32.75, 129.87), ("Kumamoto", 32.79, 130.74), ("Oita", 33.24, 131.61),
    ("Miyazaki", 31.91, 131.42), ("Kagoshima", 31.56, 130.56), ("Okinawa", 26.21, 127.68),
]
# Islands of Tokyo, Kagoshima and Okinawa lie far from their seats.
JP_REACH = {"Tokyo": 1900, "Okinawa": 550, "Kagoshima": 550, "Nagasaki": 200, "Hokkaido": 450}


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def position(row):
    at = float(row["lat"]), float(row["lon"])
    return None if max(map(abs, at)) < 0.01 else at


def distance_km(a, b):
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, p)) for p in (a, b))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(h))


def middle(points):
    """The median of positions; of longitudes on both sides of 180 degrees too."""
    east = [p for p in points if p[1] > 0]
    if east and len(east) < len(points) and max(p[1] for p in points) - min(p[1] for p in points) > 180:
        points = [(lat, lon - 360 if lon > 0 else lon) for lat, lon in points]
    lat, lon = (statistics.median(axis) for axis in zip(*points))
    return lat, lon


def centre(points):
    """The middle, and how far its places may lie: the distance of all but one in 500, a tenth and 50 km more."""
    at = middle(points)
    far = sorted(distance_km(at, point) for point in points)
    reach = far[min(len(far) - 1, int(len(far) * 0.998))] * 1.1 + 50
    return at[0], (at[1] + 180) % 360 - 180, max(reach, 150)


def packed(key, at, key_bytes):
    lat = round((at[0] + 90) * FULL / 180)
    lon = round((at[1] + 180) * FULL / 360)
    return key.to_bytes(key_bytes, "big") + lat.to_bytes(3, "big") + lon.to_bytes(3, "big")


def write_table(name, table, key_bytes):
    blob = b"".join(packed(key, at, key_bytes) for key, at in sorted(table.items()))
    (HERE / name).write_bytes(blob)
    print(f"{name}: {len(table)} places, {len(blob)} bytes")


def city_key(country, region, city):
    plain = unicodedata.normalize("NFD", city).upper()
    plain = re.sub("[^A-Z]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()
    first, _, rest = plain.partition(" ")
    short = {"SAINT": "ST", "SAINTE": "STE", "FORT": "FT", "MOUNT": "MT"}
    if rest and first in short:
        plain = short[first] + rest
    name = plain.replace(" ", "")
    if not name:
        return None
    n = 0xCBF29CE484222325
    for byte in f"{country}|{region}|{name}".encode():
        n = (n ^ byte) * 0x100000001B3 % 2**64
    return n & MASK40


def zip_region(code, by_prefix):
    return TERRITORY_ZIPS.get(code[:3]) or PACIFIC_ZIPS.get(code[:4]) or ("AS" if code == "96799" else by_prefix.get(code[:3]))


DIRECTIONS = r"\b(North|South|East|West|Northeast|Northwest|Southeast|Southwest|Central|Outer|Inner|Upper|Lower)\b"


def fsa_cities(row):
    """Names of towns in the description of an area: "Vancouver (pacific Centre)", "Mauricie (parent)"."""
    name, _, inner = row["place"].partition("(")
    # The second character 0 is a rural area, described by its land, with its chief town in brackets.
    names = inner.rstrip(")").split("/") if row["fsa"][1] == "0" else [name]
    for name in names:
        # Letters that the source has lost.
        if "\ufffd" in name:
            continue
        yield name
        yield re.sub(DIRECTIONS + r"\s*$", "", name.strip())


def read_zips(zcta, extra):
    """ZIPs with their positions, and the states' positions; the second input where it is near the first's state."""
    extras = [(row, at) for row in rows(extra) if row["state"] in US and (at := position(row))]
    states = defaultdict(list)
    for row, _ in extras:
        states[row["zip"][:3]].append(row["state"])
    by_prefix = {prefix: statistics.mode(found) for prefix, found in states.items()}
    zips, of_state = {}, defaultdict(list)
    for row in rows(zcta):
        if at := position(row):
            zips[row["zip"]] = at
            of_state[zip_region(row["zip"], by_prefix)].append(at)
    centres = {state: centre(points) for state, points in of_state.items()}
    towns = defaultdict(list)
    for row, at in extras:
        lat, lon, reach = centres[row["state"]]
        if distance_km((lat, lon), at) > reach:
            print(f"left out: {row}")
            continue
        zips.setdefault(row["zip"], at)
        towns[row["state"], row["city"]].append(at)
    return zips, towns, centres


def main(zcta, extra, fsa):
    zips, towns, centres = read_zips(zcta, extra)
    write_table("us_zip.bin", {int(code): at for code, at in zips.items()}, 3)

    cities = defaultdict(list)
    for (state, city), points in towns.items():
        cities[city_key("US", state, city)].extend(points)
    codes = {name: code for code, name in CA.items()} | CA_SPELLINGS
    fsas, of_province = {}, defaultdict(list)
    for row in rows(fsa):
        # H0H is Santa Claus', at the pole.
        if (at := position(row)) and at[0] < 84:
            code = codes[row["province"]]
            fsas[int(row["fsa"], 36)] = at
            of_province[code].append(at)
            for name in set(fsa_cities(row)):
                cities[city_key("CA", code, name)].append(at)
    write_table("ca_fsa.bin", fsas, 3)
    cities.pop(None, None)
    # A name whose places lie far apart says nothing.
    near = {}
    for key, points in cities.items():
        at = middle(points)
        if max(distance_km(at, point) for point in points) <= 60:
            near[key] = at
    write_table("cities.bin", near, 5)

    regions = []
    for code, (name, entity) in US.items():
        regions.append(("US", code, name, *centres[code], entity))
    for code, name in CA.items():
        regions.append(("CA", code, name, *centre(of_province[code]), 1))
    regions += [("AU", code, name, lat, lon, reach, 150) for code, name, lat, lon, reach in AU]
    regions += [("JP", name, name, lat, lon, JP_REACH.get(name, 120), 339) for name, lat, lon in JP]
    lines = [
        "// States, provinces and prefectures: country, code, name, centre, how far from it its places lie, DXCC entity.",
        "// Made by make_places.py, see README.md beside this file for the sources; do not edit.",
        f"const REGIONS: [Region; {len(regions)}] = [",
    ]
    for country, code, name, lat, lon, reach, entity in regions:
        lines.append(
            f'    Region {{ country: Country::{country}, code: "{code}", name: "{name}", lat: {lat:.2f}, lon: {lon:.2f}, '
            f"reach_km: {reach:.1f}, entity: EntityId({entity}) }},"
        )
    (HERE / "regions.rs").write_text("\n".join([*lines, "];"]) + "\n", encoding="utf-8")
    print(f"regions.rs: {len(regions)} regions")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
