"""The drawings of a school package: GeoJSON as people and drawing programs write it."""

from typing import Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, model_validator

DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2}
"""Type of geometry → how deep its positions are nested (RFC 7946 §3.1)."""

RING_LENGTH = 4
"""Fewest positions of a ring (RFC 7946 §3.1.6)."""

Position: TypeAlias = tuple[float, float]
"""East and north, in the unit of the drawing."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MarkDocument(BaseModel):
    """What a feature shows: a zone or a device. Other properties are the drawer's own."""

    model_config = ConfigDict(extra="allow", frozen=True)

    zone: str | None = None
    device: str | None = None


class GeometryDocument(_Strict):
    """A point or a polygon (RFC 7946 §3.1)."""

    type: Literal["Point", "LineString", "Polygon"]
    coordinates: list[Any]

    @model_validator(mode="after")
    def _check_shape(self) -> Self:
        if not _nested(self.coordinates, DEPTHS[self.type]):
            raise ValueError(f"the coordinates are not those of a {self.type}")
        if self.type == "Polygon" and not all(_closed(ring) for ring in self.coordinates):
            raise ValueError(
                "each ring of a polygon has 4 positions or more, the last as the first"
            )
        return self

    @property
    def ring(self) -> tuple[Position, ...]:
        """Return the outer ring of a polygon."""
        return tuple(_position(position) for position in self.coordinates[0])

    @property
    def point(self) -> Position:
        """Return the position of a point."""
        return _position(self.coordinates)


class FeatureDocument(_Strict):
    """One feature of a drawing."""

    type: Literal["Feature"]
    id: str | int | None = None
    properties: MarkDocument
    geometry: GeometryDocument

    @model_validator(mode="after")
    def _check_mark(self) -> Self:
        if self.properties.device is not None:
            if self.geometry.type != "Point":
                raise ValueError("a device is drawn as a Point")
        elif self.properties.zone is not None and self.geometry.type != "Polygon":
            raise ValueError("a zone is drawn as a Polygon")
        return self


class DrawingDocument(_Strict):
    """`as_found.geojson` and `design.geojson` (原始图, 设计改造图).

    GeoJSON is in degrees (RFC 7946 §4); a drawing in metres from a corner says so.
    """

    type: Literal["FeatureCollection"]
    name: str = ""
    coordinates_in: Literal["degrees", "metres"] = "degrees"
    features: list[FeatureDocument]


def _nested(coordinates: object, depth: int) -> bool:
    """Return whether these are positions inside `depth` lists; a height is allowed."""
    if not isinstance(coordinates, list) or not coordinates:
        return False
    if depth:
        return all(_nested(inner, depth - 1) for inner in coordinates)
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in coordinates)
    return numbers and len(coordinates) in (2, 3)


def _position(coordinates: list[float]) -> Position:
    return float(coordinates[0]), float(coordinates[1])


def _closed(ring: list[list[float]]) -> bool:
    return len(ring) >= RING_LENGTH and ring[0] == ring[-1]
