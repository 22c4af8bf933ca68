"""The scene: glossy balls on a chequered floor below a sky, seen from a camera that circles them."""

from math import sqrt
from typing import NamedTuple

from . import motion

Vector = tuple[float, float, float]


class Sphere(NamedTuple):
    centre: Vector
    radius: float
    colour: Vector
    mirror: float
    """How much of the light that it shows comes from its surroundings, 0 to 1."""


class Scene(NamedTuple):
    spheres: tuple[Sphere, ...]
    eye: Vector
    target: Vector
    sun: Vector
    """Unit vector from the floor towards the sun."""


def at(frame: int) -> Scene:
    """The scene in this frame; the frame number may be any whole number from 0 on."""
    if frame < 0:
        raise ValueError(f"frame {frame}: frames are counted from 0")
    cosine, sine = motion.circle(frame)
    eye = (6.2 * cosine, 2.4, 6.2 * sine)
    return Scene(_spheres(frame), eye, target=(0.0, 0.75, 0.0), sun=_unit((0.48, 0.8, -0.36)))


def _spheres(frame: int) -> tuple[Sphere, ...]:
    moon_x, moon_z = motion.circle(-3 * frame)
    return (
        Sphere((0.0, 1.0, 0.0), 1.0, (0.95, 0.95, 0.97), mirror=0.75),
        Sphere((1.9 * moon_x, 0.45, 1.9 * moon_z), 0.45, (0.85, 0.2, 0.15), mirror=0.2),
        Sphere((-1.2, 0.4 + 1.1 * motion.bounce(frame, 48), 1.9), 0.4, (0.15, 0.5, 0.85), mirror=0.25),
        Sphere((1.6, 0.35 + 0.8 * motion.bounce(frame + 17, 40), -1.7), 0.35, (0.95, 0.7, 0.1), mirror=0.15),
        Sphere((-2.3, 0.6, -1.0), 0.6, (0.2, 0.65, 0.3), mirror=0.3),
    )


def _unit(vector: Vector) -> Vector:
    x, y, z = vector
    length = sqrt(x * x + y * y + z * z)
    return (x / length, y / length, z / length)
