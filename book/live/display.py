"""What a notebook adds to Python, for cells that run inside the browser: the last value, `display`, open figures."""

import ast
import base64
import builtins
import io
import json
import sys
import traceback

import _course

NAMESPACE = {"__name__": "__main__", "__builtins__": builtins}
FORMS = {
    "_repr_html_": "text/html",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
}


def emit(**message):
    _course.emit(json.dumps(message))


def bundle(value):
    """Every form that `value` can be shown in, by media type, as IPython's display protocol names them."""
    forms = {"text/plain": repr(value)}
    for method, form in FORMS.items():
        shown = getattr(value, method, None)
        shown = shown() if callable(shown) and not isinstance(value, type) else None
        if shown is not None:
            forms[form] = base64.b64encode(shown).decode() if isinstance(shown, bytes) else shown
    return forms


def display(*values):
    for value in values:
        emit(type="display", data=bundle(value))


def show_figures():
    """Show and close what matplotlib has open, as a notebook does after each cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        image = io.BytesIO()
        pyplot.figure(number).savefig(image, format="png", dpi=144, bbox_inches="tight")
        emit(type="display", data={"image/png": base64.b64encode(image.getvalue()).decode()})
    if pyplot:
        pyplot.close("all")


def _course_run(source):
    """Run one cell; True when it came to its end."""
    try:
        tree = ast.parse(source, "<cell>")
        last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<cell>", "exec"), NAMESPACE)
        value = eval(compile(last, "<cell>", "eval"), NAMESPACE) if last else None
        if value is not None and not source.rstrip().endswith(";"):
            display(value)
        show_figures()
        return True
    except BaseException as error:
        frames = traceback.format_exception(type(error), error, error.__traceback__.tb_next)
        emit(type="error", name=type(error).__name__, value=str(error), traceback=["".join(frames)])
        return False


NAMESPACE["display"] = display
