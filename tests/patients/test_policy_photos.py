"""Which photos make a pair, and which names a file may go by: tables without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from patients.policies.images import HEIC, JPEG, PNG, WEBP, Size, kind_of, name_refusal, size_refusal
from patients.policies.photos import Shot, aligned_by, pair_refusals

ADA, BEA, CHEEK, CHIN, BUMP, OTHER = (UUID(int=number) for number in range(1, 7))
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def a_shot(**fields: Any) -> Shot:
    defaults = {
        "patient": ADA,
        "lesion": None,
        "body_site": CHEEK,
        "laterality": "left",
        "chart": "face_left",
        "view": "close_up",
        "taken_at": JUNE,
    }
    return Shot(**defaults | fields)


class TestAlignment:
    @pytest.mark.parametrize(
        ("before", "after", "by"),
        [
            ({"lesion": BUMP}, {"lesion": BUMP}, "lesion"),
            ({"lesion": BUMP}, {"lesion": OTHER}, "body_site"),
            ({"lesion": BUMP}, {}, "body_site"),
            ({}, {"chart": ""}, "body_site"),
            ({"body_site": None}, {}, "chart"),
            ({"body_site": CHIN}, {}, "chart"),
            ({"laterality": "right"}, {}, "chart"),
            ({"laterality": "right", "chart": ""}, {"chart": ""}, None),
            ({"body_site": CHIN, "chart": "face_front"}, {}, None),
        ],
    )
    def test_is_by_lesion_then_place_then_chart(self, before, after, by):
        assert aligned_by(a_shot(**before), a_shot(**after)) == by


class TestAPair:
    def test_is_two_photos_of_one_place(self):
        assert pair_refusals(a_shot(), a_shot(taken_at=JUNE + timedelta(days=90))) == []

    @pytest.mark.parametrize(
        ("after", "codes"),
        [
            ({"patient": BEA}, ["photos_of_two_patients"]),
            ({"body_site": CHIN, "chart": "face_front"}, ["photos_not_comparable"]),
            ({"view": "overview"}, ["photo_views_differ"]),
            ({"taken_at": JUNE - timedelta(minutes=1)}, ["photos_in_wrong_order"]),
            ({"removed": True}, ["photo_removed"]),
            ({"removed": True, "view": "overview"}, ["photo_removed", "photo_views_differ"]),
        ],
    )
    def test_is_refused_with_every_reason(self, after, codes):
        assert [refusal.code for refusal in pair_refusals(a_shot(), a_shot(**after))] == codes


class TestTheKindOfAFile:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"\xff\xd8\xff\xe0", JPEG),
            (b"\x89PNG\r\n\x1a\n", PNG),
            (b"RIFF\0\0\0\0WEBPVP8 ", WEBP),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", HEIC),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", HEIC),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", None),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1heic", None),
            (b"\0\0\0\x18ftyphevc\0\0\0\0mif1heic", None),
            (b"\xff\xff\xff\xffftypmif1\0\0\0\0heic", None),
            (b"RIFF\0\0\0\0WAVEfmt ", None),
            (b"", None),
        ],
    )
    def test_stands_in_its_first_bytes(self, content, kind):
        assert kind_of(content) == kind

    @pytest.mark.parametrize(
        ("name", "content_type", "is_refused"),
        [
            ("a.JPG", "image/jpeg", False),
            ("", "", False),
            ("blob", "application/octet-stream", False),
            ("a.jpg", "IMAGE/JPEG; q=1", False),
            ("a.png", "image/jpeg", True),
            ("a.jpg", "image/png", True),
            ("a.jpg.exe", "", True),
            ("a.jpg", "text/plain", True),
            ("../../a.svg", "", True),
        ],
    )
    def test_agrees_with_its_name_and_type(self, name, content_type, is_refused):
        assert bool(name_refusal(kind=JPEG, name=name, content_type=content_type)) is is_refused


class TestTheSizeOfAPicture:
    @pytest.mark.parametrize(
        ("width", "height", "is_refused"),
        [(8_000, 5_000, False), (8_000, 5_001, True), (8_001, 1, True), (1, 8_001, True), (1, 1, False), (0, 5, True)],
    )
    def test_is_bounded(self, width, height, is_refused):
        assert bool(size_refusal(Size(width=width, height=height))) is is_refused
