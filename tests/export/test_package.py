from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.errors import LimitExceeded
from forge3d.export.package import ALIGNMENT, pack

names = st.text(
    st.characters(codec="utf-8", exclude_characters="/\\\0", exclude_categories=("Cs", "Cc")), min_size=1, max_size=70
)


@settings(deadline=None)
@given(st.dictionaries(names, st.binary(max_size=300), min_size=1, max_size=6))
def test_files_come_back_and_begin_at_the_alignment(files: dict[str, bytes]) -> None:
    data = pack(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(files)
        for entry in archive.infolist():
            name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
            begin = entry.header_offset + 30 + name + extra
            assert begin % ALIGNMENT == 0
            assert entry.compress_type == zipfile.ZIP_STORED
            assert data[begin : begin + entry.file_size] == files[entry.filename] == archive.read(entry)
    assert pack(files) == data


def test_what_zip_cannot_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge3d.export.package._MOST_BYTES", 1000)
    with pytest.raises(LimitExceeded, match="USDZ"):
        pack({"a": bytes(1000)})
