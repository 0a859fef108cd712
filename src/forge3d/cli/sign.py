"""`sign`: URLs, cookies and upload forms that work for a while, and the keys that they are signed with."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import AsJson, count, duration, print_json
from .tables import say

if TYPE_CHECKING:
    from ..aws.key_groups import Rotation
    from ..aws.signing import Grant, SigningKey


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    for name, command, text in (
        ("url", url, _URL_HELP),
        ("cookies", cookies, _COOKIES_HELP),
        ("check", check, _CHECK_HELP),
        ("upload", upload, _UPLOAD_HELP),
        ("rotate", rotate, _ROTATE_HELP),
        ("retire", retire, _RETIRE_HELP),
    ):
        group.command(name, help=text)(command)
    app.add_typer(group, name="sign")


_HELP = """Let somebody fetch what is not public, or upload one file, for a while: signed URLs, cookies and forms.

    forge3d sign url https://d111111abcdef8.cloudfront.net/chair/….glb --keys keys/ --for 1h

    forge3d sign upload s3://intake/uploads/chair.glb --type model/gltf-binary --size 12MB

    forge3d sign rotate KEY_GROUP --keys keys/

Keys of a CloudFront key group lie in a folder, a file each, and change without a minute in which a good URL is refused:
`rotate`, and when the last URL of the key before has ended, `retire`.
"""

Resource = Annotated[str, typer.Argument(help="An absolute URL.", show_default=False)]
Keys = Annotated[
    Path,
    typer.Option("--keys", help="A folder of private keys that `rotate` wrote, or one PEM file.", show_default=False),
]
KeyId = Annotated[
    str | None, typer.Option("--key-id", help="CloudFront's id of the key, where the file does not say it.")
]
For = Annotated[str, typer.Option("--for", help="How long from now, as in 30m, 12h, 7d.")]
Since = Annotated[str | None, typer.Option("--in", help="Not before that time from now, as in 1h.")]
Address = Annotated[str | None, typer.Option("--address", help="Only for this IPv4 address or network.")]
Sha1 = Annotated[bool, typer.Option("--sha1", help="With SHA-1, for old verifiers; otherwise SHA-256.")]

_URL_HELP = """Sign a URL of a CloudFront distribution that trusts a key group.

    forge3d sign url https://d111111abcdef8.cloudfront.net/chair/….glb --keys keys/ --for 1h

    forge3d sign url https://cdn.example/chair/….glb --keys K2JC.pem --key-id K2JC --covers 'https://cdn.example/chair/*'
"""


def url(
    resource: Resource,
    keys: Keys,
    lasts: For = "1h",
    covers: Annotated[str | None, typer.Option("--covers", help="URLs that the grant is for; * is anything.")] = None,
    since: Since = None,
    address: Address = None,
    key_id: KeyId = None,
    sha1: Sha1 = False,
    as_json: AsJson = False,
) -> None:
    from ..aws.signing import signed_url

    key, grant = _key(keys, key_id), _grant(covers or resource, lasts, since, address)
    signed = signed_url(resource, key, grant, hash="sha1" if sha1 else "sha256")
    if as_json:
        print_json({"url": signed, "key": key.id, "until": grant.until.isoformat(timespec="seconds")})
    else:
        print(signed)


_COOKIES_HELP = """Sign cookies, for many URLs at once.

    forge3d sign cookies 'https://d111111abcdef8.cloudfront.net/chair/*' --keys keys/ --for 12h
"""


def cookies(
    resource: Resource,
    keys: Keys,
    lasts: For = "1h",
    since: Since = None,
    address: Address = None,
    key_id: KeyId = None,
    sha1: Sha1 = False,
    as_json: AsJson = False,
) -> None:
    from ..aws.signing import signed_cookies

    key, grant = _key(keys, key_id), _grant(resource, lasts, since, address)
    signed = signed_cookies(key, grant, hash="sha1" if sha1 else "sha256")
    if as_json:
        print_json({"cookies": signed, "key": key.id, "until": grant.until.isoformat(timespec="seconds")})
    else:
        for name, value in signed.items():
            print(f"Set-Cookie: {name}={value}; Path=/; Secure; HttpOnly")


_CHECK_HELP = """Look whether a signed URL holds now, as CloudFront would, by the public halves of a folder's keys.

    forge3d sign check 'https://d111111abcdef8.cloudfront.net/…&Key-Pair-Id=K2JCJMDEHXQW5F' --keys keys/

Exit code 1 where it does not.
"""


def check(
    resource: Resource, keys: Keys, address: Address = None, key_id: KeyId = None, as_json: AsJson = False
) -> None:
    from ..aws.signing import judge

    grant = judge(resource, {key.id: key.public() for key in _keys(keys, key_id)}, address=address)
    if as_json:
        print_json(asdict(grant))
    else:
        say(("holds", "green"), f" for {grant.resource} until {grant.until:%Y-%m-%d %H:%M:%S} UTC")


_UPLOAD_HELP = """Sign a form with which somebody without credentials uploads one file to S3.

    forge3d sign upload s3://intake/uploads/chair.glb --type model/gltf-binary --size 12MB

    forge3d sign upload s3://intake/uploads/chair.glb --type model/gltf-binary --exactly 48211 --sha256 9f86d0…

The form is bound to the key, the type, and the size. POST its fields, and the file as the last one, to its address.
"""


def upload(
    target: Annotated[str, typer.Argument(help="s3://bucket/key that it becomes.", show_default=False)],
    media_type: Annotated[str, typer.Option("--type", help="Media type.", show_default=False)],
    most: Annotated[str | None, typer.Option("--size", help="Most bytes, as in 12MB.", show_default=False)] = None,
    exactly: Annotated[int | None, typer.Option("--exactly", min=1, help="Bytes.", show_default=False)] = None,
    sha256: Annotated[str | None, typer.Option("--sha256", help="Of the file.", show_default=False)] = None,
    lasts: For = "1h",
    as_json: AsJson = False,
) -> None:
    from ..aws.uploads import signed_upload

    limit = count(most, "--size")
    if (limit is None) == (exactly is None):
        raise typer.BadParameter("give one of --size and --exactly", param_hint="--size")
    size = exactly if exactly is not None else (1, limit or 1)
    form = signed_upload(target, media_type=media_type, size=size, sha256=sha256, lasts=duration(lasts, "--for"))
    if as_json:
        print_json(asdict(form))
        return
    fields = " ".join(f"-F '{name}={value}'" for name, value in form.fields.items())
    print(f"curl {fields} -F file=@{Path(form.key).name} {form.url}")


Group = Annotated[str, typer.Argument(help="Id of the key group.", show_default=False)]
Folder = Annotated[Path, typer.Option("--keys", help="The folder of private keys.", show_default=False)]

_ROTATE_HELP = """Make a new pair of keys: the public half joins the key group, the private half goes to the folder.

    forge3d sign rotate 5a8f3e0b-… --keys keys/

A new key signs after 15 minutes, when every edge knows it; until then the one before does.
"""


def rotate(
    group: Group,
    keys: Folder,
    rsa: Annotated[bool, typer.Option("--rsa", help="RSA of 2048 bits; otherwise ECDSA, with shorter URLs.")] = False,
    as_json: AsJson = False,
) -> None:
    from ..aws.key_groups import rotate

    _show(rotate(group, keys, algorithm="rsa" if rsa else "ecdsa"), as_json)


_RETIRE_HELP = """Take keys that nothing which still works was signed with out of the group, and delete them.

    forge3d sign retire 5a8f3e0b-… --keys keys/ --longest 12h
"""


def retire(
    group: Group,
    keys: Folder,
    longest: Annotated[str, typer.Option("--longest", help="The longest that a URL of yours may work.")] = "7d",
    as_json: AsJson = False,
) -> None:
    from ..aws.key_groups import retire

    _show(retire(group, keys, longest=duration(longest, "--longest")), as_json)


def _show(rotation: Rotation, as_json: bool) -> None:
    if as_json:
        print_json(asdict(rotation))
        return
    for what, ids in (("joined", rotation.joined), ("left", rotation.left), ("stayed", rotation.stayed)):
        say(f"{what}: {', '.join(ids) or 'none'}")


def _keys(place: Path, id: str | None) -> list[SigningKey]:
    from ..aws.key_groups import keys_in, read_key
    from ..errors import RecipeError

    if place.is_dir():
        return [key for key in keys_in(place) if id in (None, key.id)]
    try:
        return [read_key(place.read_bytes(), id=id)]
    except OSError as error:
        raise RecipeError(f"{place} cannot be read: {error.strerror}") from error


def _key(place: Path, id: str | None) -> SigningKey:
    from ..aws.key_groups import current

    return current(_keys(place, id))


def _grant(resource: str, lasts: str, since: str | None, address: str | None) -> Grant:
    from ..aws.signing import Grant

    now: Any = datetime.now(UTC).replace(microsecond=0)
    begins = now + duration(since, "--in") if since else None
    return Grant(resource, (begins or now) + duration(lasts, "--for"), begins, address)
