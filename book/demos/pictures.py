"""Still pictures of small images, for pages without scripts and for print. An image is 64 characters, each a pixel 0..16 in base 17."""

import html

# In the order of the digits, as latent_explorer.js has them by day.
DIGIT_COLORS = ["#0072b2", "#c24e00", "#007a5a", "#b0558a", "#a06a00", "#2b80b5", "#6b5300", "#7f3c8d", "#666666", "#b03a37"]


def pixels(image: str) -> list[float]:
    """The 64 pixels of an image, 0 paper to 1 ink. Raises ValueError when it is none."""
    if len(image) != 64:
        raise ValueError(f"an image has 64 characters, this one {len(image)}")
    return [int(shade, 17) / 16 for shade in image]


def _figure(width: float, height: float, content: str, description: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{html.escape(description)}" font-family="sans-serif">{content}</svg>'
    )


def images_svg(rows: list[list[list[float]]], titles: list[str], description: str) -> str:
    """Rows of images (lists of 64 pixels), each row with a title at its left."""
    parts = []
    for r, (row, title) in enumerate(zip(rows, titles, strict=True)):
        parts.append(f'<text x="84" y="{r * 60 + 32}" text-anchor="end" font-size="14" fill="currentColor">{html.escape(title)}</text>')
        for c, image in enumerate(row):
            x, y = 94 + 60 * c, 60 * r + 4
            parts.append(f'<path d="M{x},{y}h48v48h-48z" fill="#fff" stroke="#76808a"/>')
            parts += [
                f'<path d="M{x + 6 * (i % 8)},{y + 6 * (i // 8)}h6v6h-6z" fill="#15191e" fill-opacity="{min(1, ink):.2f}"/>'
                for i, ink in enumerate(image) if ink > 0.04
            ]  # fmt: skip
    return _figure(94 + 60 * max(map(len, rows)), 60 * len(rows), "".join(parts), description)


def numerals_svg(codes: list, labels: list[int], description: str) -> str:
    """Numerals at the places of codes (n, 2)."""
    xs, ys = zip(*codes, strict=True)
    across = lambda value, values: (value - min(values)) / ((max(values) - min(values)) or 1)
    marks = [
        f'<text x="{20 + 560 * across(x, xs):.0f}" y="{400 - 380 * across(y, ys):.0f}" font-size="13" font-weight="700" text-anchor="middle" '
        f'fill="{DIGIT_COLORS[label % 10]}">{label}</text>'
        for x, y, label in zip(xs, ys, labels, strict=True)
    ]
    return _figure(600, 412, "".join(marks), description)
