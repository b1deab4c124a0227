"""Rebuild what is checked in under static/vendor from the npm packages named in package.json.

Run `make assets`, which first installs those packages beside this file. Nothing here is needed to run pbvote.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODULES = HERE / "node_modules"
VENDOR = ROOT / "static" / "vendor"
AXE = ROOT / "tests" / "browser" / "vendor"

# A physical side becomes the side where reading starts or ends, so one stylesheet serves both directions.
SIDES = {"left": "start", "right": "end"}


def logical(css: str) -> str:
    """Compressed CSS with logical properties in place of left and right."""
    css = re.sub(
        r"(?<![\w-])((?:scroll-)?(?:margin|padding))-(left|right):",
        lambda m: f"{m[1]}-inline-{SIDES[m[2]]}:",
        css,
    )
    css = re.sub(
        r"(?<![\w-])border-(left|right)(-width|-color|-style)?:",
        lambda m: f"border-inline-{SIDES[m[1]]}{m[2] or ''}:",
        css,
    )
    css = re.sub(
        r"(?<![\w-])border-(top|bottom)-(left|right)-radius:",
        lambda m: f"border-{'start' if m[1] == 'top' else 'end'}-{SIDES[m[2]]}-radius:",
        css,
    )
    css = re.sub(r"(?<![\w-])(left|right):", lambda m: f"inset-inline-{SIDES[m[1]]}:", css)
    css = re.sub(r"(?<![\w-])text-align:(left|right)", lambda m: f"text-align:{SIDES[m[1]]}", css)
    css = re.sub(r"(?<![\w-])(margin|padding|border-width):([^;}]+)", _two_axes, css)
    return re.sub(r"(?<![\w-])(float|clear):(left|right)", lambda m: f"{m[1]}:inline-{SIDES[m[2]]}", css)


def _two_axes(match: re.Match[str]) -> str:
    """A shorthand whose right and left differ, said per axis; any other as it is."""
    important = " !important" if "!important" in match[2] else ""
    sides = match[2].replace("!important", "").split()
    if len(sides) != 4 or "(" in match[2] or sides[1] == sides[3]:
        return match[0]
    top, right, bottom, left = sides
    name = "border-{}-width" if match[1] == "border-width" else match[1] + "-{}"
    block, inline = name.format("block"), name.format("inline")
    return f"{block}:{top} {bottom}{important};{inline}:{left} {right}{important}"


def version(package: str) -> str:
    return json.loads((MODULES / package / "package.json").read_text())["version"]


def compiled(name: str) -> str:
    sheet = HERE / "scss" / f"{name}.scss"
    command = [MODULES / ".bin" / "sass", "--style=compressed", "--no-source-map", "--quiet-deps", sheet]
    css = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return logical(css.lstrip("\ufeff"))


def put(text: str, *, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(text)
    print(f"{to.relative_to(ROOT)}  {len(text) / 1000:.1f} kB")  # noqa: T201 (it is a command: this is what it says)


def without_source_map(script: str) -> str:
    return re.sub(r"\n?//# sourceMappingURL=.*", "", script).rstrip() + "\n"


def build() -> None:
    govuk, htmx, axe = version("govuk-frontend"), version("htmx.org"), version("axe-core")
    for name in ("govuk-frontend", "govuk-frontend-light"):
        put(compiled(name), to=VENDOR / f"{name}-{govuk}.min.css")
    script = (MODULES / "govuk-frontend/dist/govuk/govuk-frontend.min.js").read_text()
    put(without_source_map(script), to=VENDOR / f"govuk-frontend-{govuk}.min.js")
    put((MODULES / "htmx.org/dist/htmx.min.js").read_text(), to=VENDOR / f"htmx-{htmx}.min.js")
    put((MODULES / "axe-core/axe.min.js").read_text(), to=AXE / f"axe-{axe}.min.js")
    shutil.copy(MODULES / "htmx.org/LICENSE", VENDOR / f"htmx-{htmx}.LICENSE.txt")
    shutil.copy(MODULES / "axe-core/LICENSE", AXE / f"axe-{axe}.LICENSE.txt")
    bundle_light()


def bundle_light() -> None:
    """The ballot pages' one stylesheet: GOV.UK's light subset and our own base."""
    (light,) = VENDOR.glob("govuk-frontend-light-*.min.css")
    base = (ROOT / "static/css/base.css").read_text()
    put(f"{light.read_text().rstrip()}\n{base}", to=ROOT / "static/css/light.css")


if __name__ == "__main__":
    bundle_light() if sys.argv[1:] == ["light"] else build()
