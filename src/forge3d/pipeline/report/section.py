"""One product of a report: its spin, before and after, sizes, levels, findings, timings and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest

from ..manifest import File, Finding, Manifest
from ..summary import Line
from . import words
from .pictures import Pictures
from .words import text

_SEVERITIES = {"error": "Errors", "warning": "Warnings", "information": "Information", "hint": "Hints"}
_SHOWN_PER_CODE = 5
_NO_PICTURES = '<p class="soft">The page holds no more pictures: see the files of the bundle.</p>'


def product(line: Line, manifest: Manifest | None, pictures: Pictures) -> str:
    """The product's article. `manifest` None: it was not built."""
    status = "Ready" if line.ok else "Needs a look" if manifest else "Not built"
    kind = "good" if line.ok else "bad"
    heading = f'<p class="chip {kind}">{status}</p><h2>{text(line.sku)}</h2>'
    if manifest is None:
        problem = f'<p class="problem">{text(line.error.message)}</p>' if line.error else ""
        found = _findings(line.findings) if line.findings else ""
        return f'<article id="{text(line.sku)}"><div>{heading}{problem}</div>{found}</article>'
    shown = [view for view in (_spin(manifest, pictures), _comparison(manifest, pictures)) if view]
    work = _timings(line) + _files(manifest)
    return f"""<article id="{text(line.sku)}">
<div class="pair head"><div>{heading}{_dimensions(manifest)}</div>{_weight(line)}</div>
{_figures(manifest)}
<div class="pair">{"".join(shown) or _NO_PICTURES}</div>
{_levels(manifest, pictures)}
<div class="pair"><section>{_findings(line.findings)}</section><section>{work}</section></div>
</article>"""


def _spin(manifest: Manifest, pictures: Pictures) -> str:
    sheet = pictures.sheet(manifest)
    if sheet is None:
        return ""
    name, frames = text(manifest.sku), sheet.frames or 1
    return f"""<figure><div class="view"><div class="sheet spin {pictures.name(manifest.sku)}"
 role="slider" tabindex="0" aria-label="Turn {name}" aria-valuetext="0 degrees"
 aria-valuemin="0" aria-valuemax="{frames - 1}" aria-valuenow="0"
 data-frames="{frames}" data-columns="{sheet.columns or 1}"></div></div>
<figcaption>Drag to turn, or use the arrow keys</figcaption></figure>"""


def _comparison(manifest: Manifest, pictures: Pictures) -> str:
    before, after = (pictures.uri(manifest.sku, _only(manifest, role)) for role in ("reference", "poster"))
    if after is None:
        return ""
    name = text(manifest.sku)
    if before is None:
        return f'<figure><div class="view"><img src="{after}" alt="{name}"></div></figure>'
    likeness = f", {manifest.likeness:.1f} dB alike" if manifest.likeness is not None else ""
    return f"""<figure><div class="view compare" style="--cut:50%">
<img src="{before}" alt="{name} as received"><img class="after" src="{after}" alt="{name} as delivered">
<span class="tag left" aria-hidden="true">received</span><span class="tag right" aria-hidden="true">delivered</span>
<input type="range" min="0" max="100" value="50" aria-label="How much of {name} is shown as received"></div>
<figcaption>Received and delivered{likeness}</figcaption></figure>"""


def _only(manifest: Manifest, role: str) -> File | None:
    return next(iter(manifest.of(role)), None)


def _dimensions(manifest: Manifest) -> str:
    if manifest.size is None:
        return ""
    width, height, depth = (words.length(extent) for extent in manifest.size)
    return f'<p class="dimensions">{width} wide, {height} high, {depth} deep</p>'


def _weight(line: Line) -> str:
    share = min(100.0, 100 * line.bytes_after / max(1, line.bytes_before))
    return f"""<div class="weight"><p><span>{words.size(line.bytes_before)}</span> <span>→</span>
<strong>{words.size(line.bytes_after)}</strong> <em>{words.change(line.bytes_before, line.bytes_after)}</em></p>
<div class="bar" aria-hidden="true"><span style="width:{share:.1f}%"></span></div></div>"""


def _figures(manifest: Manifest) -> str:
    before, after = manifest.before, manifest.after
    if before is None or after is None:
        return ""
    rows = [
        ("Triangles", words.amount(before.triangles), words.amount(after.triangles)),
        ("Draw calls", words.amount(before.draw_calls), words.amount(after.draw_calls)),
        ("Textures", words.amount(before.textures), words.amount(after.textures)),
        ("GPU memory", words.size(before.gpu_bytes), words.size(after.gpu_bytes)),
        *(
            (name, words.size(file.bytes), words.size(file.bytes))
            for name, role in (("iPhone AR", "usdz"), ("Android AR", "scene-viewer"))
            for file in manifest.of(role)
        ),
    ]
    cells = "".join(
        f"<div><dt>{name}</dt><dd>{new}{'' if old == new else f'<small>was {old}</small>'}</dd></div>"
        for name, old, new in rows
    )
    return f'<dl class="figures">{cells}</dl>'


def _levels(manifest: Manifest, pictures: Pictures) -> str:
    models = manifest.of("model") + manifest.of("level")
    if len(models) < 2:
        return ""
    seen = {file.index: file for file in manifest.of("level-poster")}
    likeness = [None, *manifest.level_likeness]
    items = []
    for file, alike in zip_longest(models, likeness[: len(models)]):
        uri = pictures.uri(manifest.sku, seen.get(file.index or 0))
        image = f'<img src="{uri}" alt="">' if uri else ""
        items.append(f'<li><div class="view">{image}</div>{_level(file, alike)}</li>')
    return f'<section class="levels"><h3>Levels of detail</h3><ul>{"".join(items)}</ul></section>'


def _level(file: File, alike: float | None) -> str:
    facts = [("triangles", words.amount(file.triangles or 0)), ("on disk", words.size(file.bytes))]
    if file.error:
        facts.append(("off at most", words.length(file.error)))
    if alike is not None:
        facts.append(("likeness", f"{alike:.1f} dB"))
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return f"<h4>{f'Level {file.index}' if file.index else 'Full'}</h4><dl>{cells}</dl>"


def _findings(findings: Sequence[Finding]) -> str:
    if not findings:
        return '<h3>Findings</h3><p class="clean">None: nothing to look at.</p>'
    groups = []
    for severity, title in _SEVERITIES.items():
        chosen = sorted((f for f in findings if f.severity == severity), key=lambda f: (f.step, f.code))
        if chosen:
            items = "".join(
                _code(code, list(same)) for (_, code), same in groupby(chosen, key=lambda f: (f.step, f.code))
            )
            opened = " open" if severity == "error" else ""
            heading = f"<summary>{title} <b>{len(chosen)}</b></summary>"
            groups.append(f'<details class="{severity}"{opened}>{heading}<ul>{items}</ul></details>')
    return f"<h3>Findings</h3>{''.join(groups)}"


def _code(code: str, findings: list[Finding]) -> str:
    shown = "".join(f"<p>{text(finding.message)}{_place(finding)}</p>" for finding in findings[:_SHOWN_PER_CODE])
    more = len(findings) - _SHOWN_PER_CODE
    rest = f"<p>and {more:,} more like this</p>" if more > 0 else ""
    return f"<li><code>{text(code)}</code> <small>{text(findings[0].step)}</small>{shown}{rest}</li>"


def _place(finding: Finding) -> str:
    where = " ".join(part for part in (finding.file, finding.pointer) if part)
    return f" <code>{text(where)}</code>" if where else ""


def _timings(line: Line) -> str:
    total = sum(line.steps.values())
    if not line.steps:
        return ""
    bars = "".join(
        f'<span style="flex-grow:{seconds / total:.4f}"></span>' for seconds in line.steps.values() if total and seconds
    )
    legend = "".join(
        f"<li>{text(name)} <b>{text(words.duration(seconds))}</b></li>" if seconds else f"<li>{text(name)} kept</li>"
        for name, seconds in line.steps.items()
    )
    strip = f'<div class="strip" aria-hidden="true">{bars}</div>' if bars else ""
    return f'<h3>Work <small>{text(words.duration(line.seconds))}</small></h3>{strip}<ul class="legend">{legend}</ul>'


def _files(manifest: Manifest) -> str:
    total = sum(file.bytes for file in manifest.files)
    rows = "".join(_file_row(role, list(files)) for role, files in _by_role(manifest.files))
    heading = f"<summary>Files <b>{len(manifest.files)}</b> <small>{words.size(total)}</small></summary>"
    return f"""<details class="files">{heading}<table><tbody>{rows}</tbody></table>
<p class="key">Build key <code>{manifest.key}</code></p></details>"""


def _by_role(files: Sequence[File]) -> Iterable[tuple[str, Iterable[File]]]:
    order = {file.role: number for number, file in reversed(list(enumerate(files)))}
    return groupby(sorted(files, key=lambda file: order[file.role]), key=lambda file: file.role)


def _file_row(role: str, files: list[File]) -> str:
    name = f"{text(role)} × {len(files)}" if len(files) > 1 else text(role)
    needs = ", ".join(sorted({decoder for file in files for decoder in file.decoders}))
    note = f"<small>needs {text(needs)}</small>" if needs else ""
    total = words.size(sum(file.bytes for file in files))
    return f'<tr><th scope="row">{name}</th><td>{text(files[0].media_type)}{note}</td><td>{total}</td></tr>'
