"""Where things are in a frame. Positions follow from the frame number alone.

`math.sin` may differ in its last bit from one C library to the next; the series here uses only operations that are
rounded the same everywhere.
"""

LOOP = 240
"""Frames after which the scene repeats (10 s at 24 frames a second)."""

HALF_PI = 1.5707963267948966


def circle(step: int, steps: int = LOOP) -> tuple[float, float]:
    """Cosine and sine of `step / steps` of a full turn. `steps` is a multiple of 4."""
    quarter = steps // 4
    turn, rest = divmod(step % steps, quarter)
    angle = HALF_PI * (rest / quarter)
    cosine, sine = _series(angle, first=0), _series(angle, first=1)
    for _ in range(turn):
        cosine, sine = -sine, cosine
    return cosine, sine


def _series(angle: float, first: int) -> float:
    """Taylor's series of the cosine (`first` 0) or sine (1), for angles up to a quarter turn."""
    term = total = angle if first else 1.0
    for n in range(first + 1, first + 21, 2):
        term *= -angle * angle / (n * (n + 1))
        total += term
    return total


def bounce(step: int, steps: int) -> float:
    """The height, 0 to 1, of a ball that bounces once every `steps` frames."""
    phase = (step % steps) / steps
    return 4.0 * phase * (1.0 - phase)
