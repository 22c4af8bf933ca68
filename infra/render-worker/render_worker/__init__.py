"""A stateless render worker: a frame number in, a PNG out.

Frames depend on their number alone: no state between them, no replay of earlier ones, any order, any worker. The scene
uses only `+ - * /` and square roots, which IEEE 754 rounds the same everywhere, so its pixels are the same on every machine.
"""
