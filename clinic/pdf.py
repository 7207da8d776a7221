"""HTML as PDF. WeasyPrint is loaded by whoever prints first: it takes a second and some 40 MB, which most processes never need."""

from importlib import import_module

from PIL import ImageFile

from clinic.errors import Unavailable


def pdf_of(*, html: str, css: str) -> bytes:
    """
    The page on paper, with this style; it reaches for nothing outside but pictures that stand in it as data.

    :raises Unavailable: where the machine lacks the libraries that set type; the page itself is the record.
    """
    try:
        weasyprint = import_module("weasyprint")
    except OSError as error:
        raise Unavailable("unavailable", "This machine cannot make a PDF: print the page instead.") from error
    # Its import lets the whole process take pictures that are cut off.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    style = weasyprint.CSS(string=css, url_fetcher=fetcher)
    return weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[style])
