"""Pages as PDF."""

from PIL import ImageFile

from clinic.pdf import pdf_of


class TestPdfOf:
    def test_sets_a_page(self):
        assert pdf_of(html="<p>Signed.</p>", css="p { color: black }").startswith(b"%PDF-")

    def test_leaves_pictures_that_are_cut_off_refused(self):
        pdf_of(html="<p>Signed.</p>", css="")

        assert ImageFile.LOAD_TRUNCATED_IMAGES is False
