"""Ray tracing: scene and size in, RGB bytes out.

One ray a pixel, and four more where neighbours differ much (edges of balls, tiles and shadows): anti-aliasing where it
shows, at a third of what four rays everywhere would cost.
"""

from math import floor, sqrt
from typing import NamedTuple

from .scene import Scene, Sphere, Vector

EPSILON = 1e-6
CONTRAST = 0.06
BOUNCES = 2
TILE_LIGHT, TILE_DARK = (0.82, 0.80, 0.76), (0.22, 0.24, 0.28)
HORIZON, ZENITH = (0.80, 0.87, 0.95), (0.22, 0.42, 0.75)
FOG_DISTANCE_2 = 900.0
"""Square of the distance at which half of the floor's colour is the horizon's."""


class Camera(NamedTuple):
    """A ray through pixel (x, y) of the image has the direction corner + x * right + y * down."""

    corner: Vector
    right: Vector
    down: Vector


def render(scene: Scene, width: int, height: int) -> bytes:
    """`height` rows of `width` RGB triples, top row first."""
    camera = _camera(scene, width, height)
    picture = [[_sample(scene, camera, x + 0.5, y + 0.5) for x in range(width)] for y in range(height)]
    for x, y in _edges(picture):
        picture[y][x] = _smooth(scene, camera, x, y)
    return b"".join(bytes([_byte(value) for pixel in row for value in pixel]) for row in picture)


def _camera(scene: Scene, width: int, height: int) -> Camera:
    ahead = _unit(_minus(scene.target, scene.eye))
    right = _unit(_cross(ahead, (0.0, 1.0, 0.0)))
    up = _cross(right, ahead)
    step = 0.9 / height
    middle = _plus(ahead, right, -0.5 * width * step)
    return Camera(_plus(middle, up, 0.5 * height * step), _times(right, step), _times(up, -step))


def _sample(scene: Scene, camera: Camera, x: float, y: float) -> Vector:
    (cx, cy, cz), (rx, ry, rz), (dx, dy, dz) = camera
    direction = _unit((cx + x * rx + y * dx, cy + x * ry + y * dy, cz + x * rz + y * dz))
    return _trace(scene, scene.eye, direction, BOUNCES)


def _smooth(scene: Scene, camera: Camera, x: int, y: int) -> Vector:
    samples = [_sample(scene, camera, x + dx, y + dy) for dy in (0.25, 0.75) for dx in (0.25, 0.75)]
    red, green, blue = zip(*samples)
    return (sum(red) / 4, sum(green) / 4, sum(blue) / 4)


def _edges(picture: list[list[Vector]]) -> list[tuple[int, int]]:
    """The pixels that differ visibly from their left or upper neighbour, and those neighbours."""
    found = set()
    for y, row in enumerate(picture):
        above = picture[y - 1] if y else row
        for x, pixel in enumerate(row):
            if _differ(pixel, above[x]):
                found |= {(x, y), (x, y - 1)}
            if x and _differ(pixel, row[x - 1]):
                found |= {(x, y), (x - 1, y)}
    return sorted(found)


def _differ(a: Vector, b: Vector) -> bool:
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) + abs(a[2] - b[2]) > CONTRAST * 3


def _trace(scene: Scene, origin: Vector, direction: Vector, bounces: int) -> Vector:
    """The light that comes to `origin` out of `direction` (a unit vector)."""
    distance, sphere = _nearest(scene.spheres, origin, direction)
    if sphere is not None:
        return _ball(scene, sphere, _plus(origin, direction, distance), direction, bounces)
    if direction[1] < -EPSILON:
        return _floor(scene, origin, direction, -origin[1] / direction[1])
    return _sky(direction)


def _nearest(spheres: tuple[Sphere, ...], origin: Vector, direction: Vector) -> tuple[float, Sphere | None]:
    """The first ball that a ray meets, and how far away. The floor cannot hide one: all of them lie above it."""
    ox, oy, oz = origin
    dx, dy, dz = direction
    best, hit = 1e30, None
    for sphere in spheres:
        (cx, cy, cz), radius = sphere[0], sphere[1]
        x, y, z = cx - ox, cy - oy, cz - oz
        along = x * dx + y * dy + z * dz
        if along > 0.0:
            inside = radius * radius - (x * x + y * y + z * z - along * along)
            if inside > 0.0:
                distance = along - sqrt(inside)
                if EPSILON < distance < best:
                    best, hit = distance, sphere
    return best, hit


def _shadowed(scene: Scene, point: Vector) -> bool:
    return _nearest(scene.spheres, point, scene.sun)[1] is not None


def _ball(scene: Scene, sphere: Sphere, point: Vector, direction: Vector, bounces: int) -> Vector:
    normal = _times(_minus(point, sphere.centre), 1.0 / sphere.radius)
    light, shine = 0.25 + 0.1 * normal[1], 0.0
    facing = _dot(normal, scene.sun)
    if facing > 0.0 and not _shadowed(scene, point):
        light += 0.75 * facing
        halfway = _dot(normal, _unit(_minus(scene.sun, direction)))
        shine = 0.6 * _power_64(max(halfway, 0.0))
    red, green, blue = sphere.colour
    own = (red * light + shine, green * light + shine, blue * light + shine)
    if not bounces:
        return own
    mirrored = _plus(direction, normal, -2.0 * _dot(direction, normal))
    return _mix(own, _trace(scene, point, mirrored, bounces - 1), sphere.mirror)


def _floor(scene: Scene, origin: Vector, direction: Vector, distance: float) -> Vector:
    x, _, z = point = _plus(origin, direction, distance)
    tile = TILE_LIGHT if (floor(x) + floor(z)) % 2 else TILE_DARK
    light = 0.35 if _shadowed(scene, point) else 1.0
    far = distance * distance
    return _mix(_times(tile, light), HORIZON, far / (far + FOG_DISTANCE_2))


def _sky(direction: Vector) -> Vector:
    return _mix(HORIZON, ZENITH, max(direction[1], 0.0))


def _power_64(value: float) -> float:
    for _ in range(6):
        value *= value
    return value


def _byte(value: float) -> int:
    """Linear light to 8 bits, with a gamma of 2 (a square root is exact everywhere, a power is not)."""
    return min(255, int(sqrt(value) * 255.0 + 0.5))


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Vector, b: Vector) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _plus(a: Vector, b: Vector, factor: float) -> Vector:
    return (a[0] + b[0] * factor, a[1] + b[1] * factor, a[2] + b[2] * factor)


def _minus(a: Vector, b: Vector) -> Vector:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def _times(a: Vector, factor: float) -> Vector:
    return (a[0] * factor, a[1] * factor, a[2] * factor)


def _mix(a: Vector, b: Vector, share: float) -> Vector:
    rest = 1.0 - share
    return (a[0] * rest + b[0] * share, a[1] * rest + b[1] * share, a[2] * rest + b[2] * share)


def _unit(a: Vector) -> Vector:
    x, y, z = a
    return _times(a, 1.0 / sqrt(x * x + y * y + z * z))
