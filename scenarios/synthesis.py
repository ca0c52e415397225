"""Make a synthetic region from a few published figures: `python -m scenarios.synthesis FOLDER`.

What is published of Pingxiang are four numbers: 276 schools, 2,318 volunteers, 269 shops and 12
organisations. Everything else here - where they stand, how big they are, who carries what - is made
up, from one seed, and says so. The CSV files beside `region.yaml` are its output.
"""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

from twins.streams import Stream, Streams

SCHOOLS, VOLUNTEERS, SHOPS, ORGANISATIONS = 276, 2318, 269, 12
"""The published figures (Pingxiang, 一呼百应)."""

STATIONS = 40
"""Police stations (assumed; about one for each town and sub-district)."""

TOWN_SHARE = 0.45
"""Schools in the town; the others stand around the villages (assumed)."""

TOWN_SPREAD_M, VILLAGE_SPREAD_M, EXTENT_M = 2_500.0, 900.0, 28_000.0
"""Spread of the town and of each village, and how far villages lie from it (assumed)."""

NEAR_M = 420.0
"""Spread of volunteers and shops around a school (assumed)."""

KINDS = (("kindergarten", 0.30, 180), ("primary", 0.45, 520), ("middle", 0.20, 900),
         ("secondary", 0.05, 1900))  # fmt: skip
"""(kind, share, typical pupils) (assumed)."""

SHOP_VOLUNTEERS = 2
"""People of a shop who are volunteers (assumed)."""

CLASSES = (("firm", 0.40), ("teacher", 0.40), ("guard", 0.20))
"""Volunteers who are not of a shop (assumed)."""

TRAVEL = (("on foot", 0.55), ("e-bike", 0.30), ("car", 0.15))
"""How volunteers come (assumed)."""

KITS = (("", 0.35), ("shield", 0.20), ("fork", 0.15), ("shield fork", 0.15), ("baton spray", 0.15))
"""What volunteers carry (assumed); who carries nothing is a witness."""

HOURS = {
    "firm": "Mo-Fr 08:30-17:30",
    "shop": "Mo-Su 07:00-21:00",
    "teacher": "Mo-Fr 07:00-18:00",
    "guard": "",
}
"""When they may be called (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Metres east and north of the town's centre."""

    east: float
    north: float

    def near(self, stream: Stream, spread: float) -> "Place":
        """Return a place around this one."""
        return Place(
            east=self.east + stream.gauss(0.0, spread), north=self.north + stream.gauss(0.0, spread)
        )

    def cells(self) -> list[str]:
        """Return the two cells of a table, in whole metres."""
        return [f"{self.east:.0f}", f"{self.north:.0f}"]


def synthesise(seed: int = 1) -> dict[str, list[list[str]]]:
    """Return the region's tables, header first: file → rows."""
    streams = Streams(seed)
    villages = _villages(streams.stream("villages"))
    schools = [_school_place(streams.stream("school", number), villages) for number in
               range(SCHOOLS)]  # fmt: skip
    stations = [Place(east=0.0, north=0.0), *villages[: STATIONS - 1]]
    shops = [
        schools[number % SCHOOLS].near(streams.stream("shop", number), NEAR_M)
        for number in range(SHOPS)
    ]
    return {
        "schools.csv": _schools(streams, schools, stations),
        "stations.csv": _stations(streams, stations),
        "shops.csv": _shops(shops),
        "volunteers.csv": _volunteers(streams, schools, shops),
    }


def main(folder: str) -> None:
    """Write the tables into a folder."""
    for file, rows in synthesise().items():
        with (Path(folder) / file).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)


def _villages(stream: Stream) -> list[Place]:
    return [
        Place(east=stream.uniform(-EXTENT_M, EXTENT_M), north=stream.uniform(-EXTENT_M, EXTENT_M))
        for _ in range(STATIONS - 1)
    ]


def _school_place(stream: Stream, villages: list[Place]) -> Place:
    if stream.random() < TOWN_SHARE:
        return Place(east=0.0, north=0.0).near(stream, TOWN_SPREAD_M)
    return stream.choice(villages).near(stream, VILLAGE_SPREAD_M)


def _schools(streams: Streams, places: list[Place], stations: list[Place]) -> list[list[str]]:
    rows = [["school", "title_en", "title_zh", "kind", "pupils", "east_m", "north_m", "station"]]
    for number, place in enumerate(places, 1):
        stream = streams.stream("size", number)
        kind, pupils = _kind(stream)
        nearest = min(range(len(stations)), key=lambda one: _apart(place, stations[one]))
        rows.append(
            [f"school-{number:03}", f"School {number} (synthetic)", f"学校{number}（虚构）", kind,
             str(pupils), *place.cells(), f"station-{nearest + 1:02}"]
        )  # fmt: skip
    return rows


def _kind(stream: Stream) -> tuple[str, int]:
    kind = _one_of(stream, tuple((name, share) for name, share, _ in KINDS))
    typical = next(pupils for name, _, pupils in KINDS if name == kind)
    return kind, max(20, round(typical * stream.lognormvariate(0.0, 0.45)))


def _stations(streams: Streams, places: list[Place]) -> list[list[str]]:
    rows = [["station", "title_en", "title_zh", "east_m", "north_m", "cars"]]
    for number, place in enumerate(places, 1):
        cars = 4 if number == 1 else streams.stream("cars", number).choice((1, 1, 2))
        name = f"Police station {number} (synthetic)"
        rows.append(
            [f"station-{number:02}", name, f"派出所{number}（虚构）", *place.cells(), str(cars)]
        )
    return rows


def _shops(places: list[Place]) -> list[list[str]]:
    rows = [["shop", "title_en", "title_zh", "hours", "east_m", "north_m"]]
    for number, place in enumerate(places, 1):
        rows.append(
            [f"shop-{number:03}", f"Shop {number} (synthetic)", f"商铺{number}（虚构）",
             HOURS["shop"], *place.cells()]
        )  # fmt: skip
    return rows


def _volunteers(streams: Streams, schools: list[Place], shops: list[Place]) -> list[list[str]]:
    rows = [["volunteer", "class", "member_of", "travel", "kit", "hours", "east_m", "north_m"]]
    for number in range(VOLUNTEERS):
        stream = streams.stream("volunteer", number)
        if number < SHOPS * SHOP_VOLUNTEERS:
            shop = number % SHOPS
            group, member_of, place = "shop", f"shop-{shop + 1:03}", shops[shop]
        else:
            group = _one_of(stream, CLASSES)
            member_of = f"organisation-{stream.randrange(ORGANISATIONS) + 1:02}"
            place = stream.choice(schools).near(stream, NEAR_M)
        rows.append(
            [f"volunteer-{number + 1:04}", group, member_of, _one_of(stream, TRAVEL),
             _one_of(stream, KITS), HOURS[group], *place.cells()]
        )  # fmt: skip
    return rows


def _one_of(stream: Stream, shares: tuple[tuple[str, float], ...]) -> str:
    share = stream.random()
    for name, part in shares:
        share -= part
        if share < 0:
            return name
    return shares[-1][0]


def _apart(one: Place, other: Place) -> float:
    return (one.east - other.east) ** 2 + (one.north - other.north) ** 2


if __name__ == "__main__":
    main(sys.argv[1])
