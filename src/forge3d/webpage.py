"""A page of HTML that stands alone: style, script and pictures are in it, and no request leaves it."""

from __future__ import annotations

from html import escape


def page(title: str, style: str, body: str, *, script: str = "") -> bytes:
    """The page, UTF-8, for bright and dark screens of any width.

    Its own policy keeps whatever it shows from asking a network. Scripts run only where there is one.

    Args:
        title: text, escaped here.
        style: CSS.
        body: HTML; whoever makes it has escaped what comes from files.
        script: JavaScript, run when the body stands.
    """
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    if script:
        policy += "; script-src 'unsafe-inline'"
        body += f"\n<script>\n{script.strip()}\n</script>"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)}</title>
<style>
{style.strip()}
</style>
</head>
<body>
{body}
</body>
</html>
""".encode()
