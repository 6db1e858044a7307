"""The two options of every command that resamples."""

import argparse

FEWEST = 100  # draws from which a standard error can be told


def add_resampling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--resamples", type=draws, default=1000, metavar="N", help="draws of the images (1000)"
    )
    parser.add_argument(
        "--seed", type=whole, default=0, metavar="N", help="the same seed, the same digits (0)"
    )


def whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 0")
    return int(text)


def draws(text: str) -> int:
    if (number := whole(text)) < FEWEST:
        raise argparse.ArgumentTypeError(f"{text} draws are too few, take {FEWEST} or more")
    return number
