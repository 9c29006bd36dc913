"""The form of an image's reference."""

import pytest

from crosstenant.model.image_reference import check_reference

DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize("reference", ["1.0", "latest", "_x", "v1.0-rc.1", "A" * 128, DIGEST, "sha512:" + "0a" * 64])
def test_tags_and_digests_are_accepted(reference: str):
    check_reference(reference)


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("hello:1.0", "; the repository is an argument of its own: write '1.0'"),
        ("myimages.azurecr.io/hello:1.0", "; the repository is an argument of its own: write '1.0'"),
        (f"hello@{DIGEST}", f"; the repository is an argument of its own: write '{DIGEST}'"),
        (":1.0", "; the repository is an argument of its own: write '1.0'"),
        (DIGEST.upper(), f"; write '{DIGEST}'"),
        ("sha256:0a", ""),
        ("-x", ""),
        ("", ""),
        ("A" * 129, ""),
    ],
)
def test_other_forms_are_refused_with_what_to_write(reference: str, hint: str):
    with pytest.raises(ValueError, match="is neither a tag") as caught:
        check_reference(reference)
    assert str(caught.value).partition("digits)")[2] == hint
