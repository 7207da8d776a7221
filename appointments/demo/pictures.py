"""Pictures of skin, drawn: a cheek with its pores, and the bump on it while there is one."""

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 320, 240
SKIN, SHADE, PEARL, REDNESS = (224, 182, 158), (206, 160, 136), (250, 246, 236), (214, 138, 122)
PORES, RADIUS = 240, 13


def skin_with(*, bump: bool, seed: int) -> bytes:
    """A PNG of a patch of skin; where no bump is any more, a faint redness is left."""
    chance = Random(seed)  # noqa: S311 - a drawing, not a secret
    picture = Image.new("RGB", (WIDTH, HEIGHT), SKIN)
    pen = ImageDraw.Draw(picture)
    for _ in range(PORES):
        _dot(pen, chance.randrange(WIDTH), chance.randrange(HEIGHT), 1, SHADE)
    middle = WIDTH // 2 + chance.randint(-20, 20), HEIGHT // 2 + chance.randint(-15, 15)
    if bump:
        _dot(pen, *middle, RADIUS + 2, SHADE)
        _dot(pen, *middle, RADIUS, PEARL)
    else:
        _dot(pen, *middle, RADIUS // 2, REDNESS)
    kept = BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.2)).save(kept, format="PNG", optimize=True)
    return kept.getvalue()


def _dot(pen: ImageDraw.ImageDraw, x: int, y: int, radius: int, colour: tuple[int, int, int]) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
