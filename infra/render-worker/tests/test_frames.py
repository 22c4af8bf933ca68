"""Any frame, by itself, in any order, on any machine: the same pixels."""

import hashlib
import math
import random
import subprocess
import sys
import unittest

from render_worker import motion, scene, tracer
from render_worker.worker import Size, parse_frames, parse_size, render_frame

SMALL = Size(48, 27)


class TestFrames(unittest.TestCase):
    def test_order_and_history_do_not_matter(self) -> None:
        numbers = [0, 1, 7, 100, 239]
        expected = {n: render_frame(n, SMALL) for n in numbers}
        for n in random.Random(1).choices(numbers, k=12):
            self.assertEqual(render_frame(n, SMALL), expected[n])

    def test_a_fresh_process_renders_the_same_bytes(self) -> None:
        command = [sys.executable, "-m", "render_worker", "--size", "48x27", "frame", "100"]
        self.assertEqual(subprocess.run(command, check=True, capture_output=True).stdout, render_frame(100, SMALL))

    def test_pixels_are_those_of_every_other_machine(self) -> None:
        """Recorded once; a worker that disagrees would put a visible seam into somebody's film."""
        pixels = tracer.render(scene.at(42), *SMALL)
        self.assertEqual(hashlib.sha256(pixels).hexdigest(), PIXELS_OF_FRAME_42)

    def test_neighbouring_frames_differ(self) -> None:
        pictures = {render_frame(n, SMALL) for n in range(6)}
        self.assertEqual(len(pictures), 6)

    def test_the_scene_repeats_after_its_loop(self) -> None:
        self.assertEqual(render_frame(3, SMALL), render_frame(3 + motion.LOOP, SMALL))

    def test_every_size_gives_as_many_pixels(self) -> None:
        for size in (Size(1, 1), Size(2, 3), Size(17, 1)):
            self.assertEqual(len(tracer.render(scene.at(0), *size)), size.width * size.height * 3)

    def test_frames_are_counted_from_0(self) -> None:
        with self.assertRaisesRegex(ValueError, "frame -1"):
            render_frame(-1, SMALL)


class TestMotion(unittest.TestCase):
    def test_circle_is_cosine_and_sine(self) -> None:
        for step in range(-motion.LOOP, 2 * motion.LOOP):
            cosine, sine = motion.circle(step)
            angle = 2 * math.pi * step / motion.LOOP
            self.assertAlmostEqual(cosine, math.cos(angle), places=12)
            self.assertAlmostEqual(sine, math.sin(angle), places=12)

    def test_a_bounce_starts_and_ends_on_the_floor(self) -> None:
        heights = [motion.bounce(step, 48) for step in range(49)]
        self.assertEqual((heights[0], max(heights), heights[48]), (0.0, 1.0, 0.0))

    def test_no_ball_sinks_into_the_floor_or_swallows_the_camera(self) -> None:
        for frame in range(motion.LOOP):
            now = scene.at(frame)
            for ball in now.spheres:
                self.assertGreaterEqual(ball.centre[1], ball.radius - 1e-9)
                self.assertGreater(math.dist(ball.centre, now.eye), ball.radius)


class TestWords(unittest.TestCase):
    def test_sizes(self) -> None:
        self.assertEqual(parse_size("320x180"), Size(320, 180))
        for wrong in ("", "320", "0x180", "320x-1", "320×180", "99999x99999", "320x180 "):
            with self.subTest(wrong), self.assertRaises(ValueError):
                parse_size(wrong)

    def test_frames(self) -> None:
        self.assertEqual(list(parse_frames("7")), [7])
        self.assertEqual(list(parse_frames("10-12")), [10, 11, 12])
        for wrong in ("", "-1", "5-4", "a", "1-", "1-2-3"):
            with self.subTest(wrong), self.assertRaises(ValueError):
                parse_frames(wrong)


PIXELS_OF_FRAME_42 = "aa63ffa89d3805c9e68a044dd10bb6b0191c4f78e3abbf6b912f20db992606a9"
