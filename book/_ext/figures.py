"""Pictures: an author's words for every one, vector figures inside the page, photographs light.

An image without an alternative text is a warning, and a warning fails the build. SVG figures are written into the page
so that they follow its colours by day and by night: black becomes the text colour, white the page's. Raster
images get their size (nothing jumps while they load) and load when the reader comes near.
"""

import base64
import hashlib
import html
import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util import logging

LARGEST_INLINE = 150_000  # bytes; a bigger drawing is cheaper as a file of its own
LARGEST_PIXELS = 12_000  # characters of pixels (base64) in a drawing that is written into the page
PIXELS = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
INK = re.compile(r"(?<=[:\s])(#000000|#000|black)(?=[;\s]|$)")
PAPER = re.compile(r"(?<=[:\s])(#ffffff|#fff|white)(?=[;\s]|$)")
NUMBER = re.compile(r"-?\d+\.\d{2,}")
# Matplotlib's rule for every element. In a page it would mean the page's too, and make the browser style all of it anew with each
# drawing; `.figure-svg` in course.css says the same of drawings alone.
RULE = re.compile(r"\*\s*\{\s*stroke-linejoin: round; stroke-linecap: butt\s*\}")
logger = logging.getLogger(__name__)


def check_alternative_texts(app: Sphinx, doctree: nodes.document) -> None:
    """Warn about every image whose author wrote no words for those who do not see it."""
    for image in doctree.findall(nodes.image):
        if image.get("alt", "").strip():
            continue
        place = image
        while not place.line and place.parent is not None:  # an inline node may say line 0
            place = place.parent
        generated = any(isinstance(n, nodes.container) for n in ancestors(image))
        how = (
            "say what it shows in the cell's head: `mystnb: {image: {alt: …}}`"
            if generated else "say what it shows: `![words](file)` or `:alt: words`"
        )
        logger.warning("image without an alternative text: %s", how, location=place, type="figures", subtype="alt")


def ancestors(element: nodes.Node):
    """The elements around `element`, from the inside out."""
    while element.parent is not None:
        element = element.parent
        yield element


def recolour(style: str) -> str:
    """Black follows the text, white follows the page."""
    return PAPER.sub("var(--figure-paper, #fff)", INK.sub("currentColor", style))


def inline_svg(source: str, alt: str, classes: str = "") -> str:
    """An SVG drawing as an element of the page.

    source : the SVG file's text
    alt    : what the drawing shows, in words
    Identifiers get a prefix of their own, so that two drawings in one page cannot take each other's clip paths.
    """
    root = ET.fromstring(source)
    prefix = f"f{hashlib.sha256(source.encode()).hexdigest()[:8]}-"
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", source))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("metadata", "}title", "}desc")) or is_rule_of_all(child):
                parent.remove(child)
    for element in root.iter():
        tidy(element, prefix, used)
    width, height = (pixels(root.attrib.pop(name, "")) for name in ("width", "height"))
    if not width:
        width, height = map(float, root.attrib["viewBox"].split()[2:])
    root.attrib.update(role="img", width=f"{width:.0f}", height=f"{height:.0f}")
    root.set("aria-label", alt)
    root.set("class", f"figure-svg {classes}".strip())
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    text = ET.tostring(root, encoding="unicode")
    return re.sub(r">\s+<", "><", re.sub(r' xmlns(:\w+)?="[^"]+"', "", text).replace("xlink:href", "href"))


def is_rule_of_all(element: ET.Element) -> bool:
    """Whether an element holds nothing but Matplotlib's rule for every element."""
    inside = element if element.tag == f"{{{SVG}}}style" else element[0] if len(element) == 1 and element.tag == f"{{{SVG}}}defs" else None
    return inside is not None and inside.tag == f"{{{SVG}}}style" and RULE.fullmatch((inside.text or "").strip()) is not None


def tidy(element: ET.Element, prefix: str, used: set[str]) -> None:
    """Make one element of a drawing fit for a page, in place: identifiers, colours, fonts, digits."""
    attributes = element.attrib
    if attributes.get("id") in used:
        attributes["id"] = prefix + attributes["id"]
    else:
        attributes.pop("id", None)
    for name, value in list(attributes.items()):
        value = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", value)
        if name.endswith("href") and value.startswith("#"):
            value = f"#{prefix}{value[1:]}"
        if name == "style":
            value = re.sub(r"font: ([\d.]+)px [^;]*", r"font-size: \1px", value)
            value = re.sub(r"font-family:[^;]*;?", "", value)
        if name in {"style", "fill", "stroke"}:
            value = recolour(value)
        if name in {"d", "x", "y", "transform", "points"}:
            value = NUMBER.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), re.sub(r"\s+", " ", value).strip())
        attributes[name] = value


def pixels(length: str) -> float:
    """A length of an SVG file in CSS pixels; 0 where it is missing or relative."""
    match = re.fullmatch(r"([\d.]+)(pt|px|)", length)
    return float(match[1]) * (4 / 3 if match[2] == "pt" else 1) if match else 0


def visit_image(translator, node: nodes.image) -> None:
    """Write one image: a drawing into the page, anything else as a file that loads late."""
    path = Path(translator.builder.srcdir, node["uri"])
    alt, classes = node.get("alt", ""), " ".join(node.get("classes", []))
    name = translator.builder.images.get(node["uri"], "")
    if path.suffix == ".svg":
        source = path.read_text(encoding="utf-8")
        pixels_inside = sum(map(len, PIXELS.findall(source)))
        if len(source) - pixels_inside <= LARGEST_INLINE and pixels_inside <= LARGEST_PIXELS:
            translator.body.append(inline_svg(source, alt, classes))
            return
        name = lighter_svg(source, Path(translator.builder.outdir, "_images"))
    address = f"{translator.builder.imgpath}/{name}" if name else node["uri"]
    width, height = size_of(path)
    if re.fullmatch(r"\d+(px)?", wanted := str(node.get("width", ""))):
        asked = int(wanted.removesuffix("px"))
        width, height = asked, round(height * asked / width)
    style = f' style="width: {wanted}"' if wanted.endswith("%") else ""
    translator.body.append(
        f'<img src="{html.escape(address)}" alt="{html.escape(alt)}" class="{f"paper {classes}".strip()}" '
        f'width="{width}" height="{height}"{style} loading="lazy" decoding="async"/>'
    )


def lighter_svg(source: str, folder: Path) -> str:
    """Write a drawing that holds photographs as a file of its own, its pixels as WebP; returns the file's name."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{hashlib.sha256(source.encode()).hexdigest()[:16]}.svg"
    if not (folder / name).exists():
        (folder / name).write_text(PIXELS.sub(lambda match: webp(match[0], match[1]), source), encoding="utf-8")
    return name


def webp(whole: str, pixels: str) -> str:
    """A PNG data address as WebP, where that is shorter."""
    with Image.open(io.BytesIO(base64.b64decode(pixels))) as image, io.BytesIO() as out:
        image.save(out, "WEBP", quality=80, method=6)
        shorter = f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"
    return min(shorter, whole, key=len)


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of an image file in pixels."""
    if path.suffix == ".svg":
        root = ET.parse(path).getroot()
        return round(pixels(root.get("width", ""))) or 640, round(pixels(root.get("height", ""))) or 400
    with Image.open(path) as image:
        return image.size


def setup(app: Sphinx) -> dict:
    """Check every document's images and write them our way."""
    app.connect("doctree-read", check_alternative_texts)
    app.add_node(nodes.image, override=True, html=(visit_image, lambda translator, node: None))
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
