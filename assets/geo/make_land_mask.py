#!/usr/bin/env python3
"""Makes land.bin, the land mask of the maps.

    make_land_mask.py land-50m.json land.bin

Input: `land-50m.json` of the npm package world-atlas 2.0.2, a TopoJSON copy of Natural Earth's land
polygons at 1:50 million, version 4.1.0 (public domain, https://www.naturalearthdata.com/).

Output: 2880 x 1440 cells of 0.125 degree, equirectangular, one bit each, no header, 518,400 bytes.
Cell n = row * 2880 + column is bit (n & 7) of byte (n >> 3), 1 = land. Row 0 is the northernmost
(its cells' middles lie at 89.9375 N), column 0 the westernmost (179.9375 W). In JavaScript:

    const land = (lat, lon) => {
      const row = Math.min(1439, Math.floor((90 - lat) * 8));
      const n = row * 2880 + Math.floor((lon + 180) * 8) % 2880;
      return bits[n >> 3] >> (n & 7) & 1;
    };

The mask is for drawing. Many small islands are not in it: never decide an entity by it.
"""

import json
import math
import sys

WIDTH, HEIGHT, PER_DEGREE = 2880, 1440, 8


def decode_arcs(topology):
    """Arcs as lists of (longitude, latitude) in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        yield points


def ring_points(indices, arcs):
    """A ring joined from its arcs; a negative index means the arc backwards."""
    points = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def unwrap(points):
    """The ring without jumps at 180 degrees; one that runs around the south pole is closed over it."""
    out = [points[0]]
    for lon, lat in points[1:]:
        lon += 360 * round((out[-1][0] - lon) / 360)
        out.append((lon, lat))
    if abs(out[-1][0] - out[0][0]) > 180:
        out += [(out[-1][0], -90.0), (out[0][0], -90.0), out[0]]
    return out


def spans(points):
    """Half-open column spans inside the ring, by row (even-odd rule at cell middles)."""
    crossings = {}
    for (lon1, lat1), (lon2, lat2) in zip(points, points[1:]):
        y1, y2 = (90 - lat1) * PER_DEGREE - 0.5, (90 - lat2) * PER_DEGREE - 0.5
        for row in range(max(0, math.ceil(min(y1, y2))), min(HEIGHT, math.ceil(max(y1, y2)))):
            lon = lon1 + (row - y1) / (y2 - y1) * (lon2 - lon1)
            crossings.setdefault(row, []).append((lon + 180) * PER_DEGREE - 0.5)
    for row, xs in crossings.items():
        xs.sort()
        for left, right in zip(xs[::2], xs[1::2]):
            yield row, math.ceil(left), math.ceil(right)


def main(source, target):
    with open(source, encoding="utf-8") as file:
        topology = json.load(file)
    arcs = list(decode_arcs(topology))
    mask = bytearray(WIDTH * HEIGHT)
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            inside = {}
            for indices in polygon:
                for row, left, right in spans(unwrap(ring_points(indices, arcs))):
                    for column in range(left, right):
                        cell = row * WIDTH + column % WIDTH
                        inside[cell] = not inside.get(cell, False)
            for cell, land in inside.items():
                if land:
                    mask[cell] = 1
    bits = bytearray(len(mask) // 8)
    for cell, land in enumerate(mask):
        bits[cell >> 3] |= land << (cell & 7)
    with open(target, "wb") as file:
        file.write(bits)
    land = sum(math.sin(math.radians((row + 0.5) / PER_DEGREE)) * sum(mask[row * WIDTH:(row + 1) * WIDTH])
               for row in range(HEIGHT))
    total = WIDTH * sum(math.sin(math.radians((row + 0.5) / PER_DEGREE)) for row in range(HEIGHT))
    print(f"{target}: {len(bits)} bytes, {100 * land / total:.2f} % of the area is land")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
