"""Plots as SVG: every number is text, and no name can become markup."""

from xml.etree import ElementTree

from treatments.policies.plots import Bar, interval_plot

SVG = "{http://www.w3.org/2000/svg}"
BAR = Bar(label="Dr Lee", cases=40, share=0.75, low=0.6, high=0.86)


def drawn(*bars):
    return ElementTree.fromstring(interval_plot(title="Cleared at the visit", bars=bars))


class TestAnIntervalPlot:
    def test_says_its_numbers_as_text(self):
        texts = [text.text for text in drawn(BAR).iter(f"{SVG}text")]

        assert {"Cleared at the visit", "Dr Lee", "75% of 40"} <= set(texts)

    def test_describes_the_intervals_to_who_cannot_see(self):
        assert drawn(BAR).find(f"{SVG}desc").text == "Dr Lee: 75% of 40, 95 % interval 60% to 86%"

    def test_puts_the_dot_between_the_ends_of_its_interval(self):
        plot = drawn(BAR)
        [dot] = plot.iter(f"{SVG}circle")
        whisker = next(line for line in plot.iter(f"{SVG}line") if line.get("stroke-width") == "3")

        assert float(whisker.get("x1")) < float(dot.get("cx")) < float(whisker.get("x2"))

    def test_keeps_markup_in_a_name_as_text(self):
        texts = [text.text for text in drawn(Bar(label="<b>&", cases=1, share=1.0, low=0.2, high=1.0)).iter(f"{SVG}text")]

        assert "<b>&" in texts

    def test_says_that_there_are_no_cases(self):
        assert "No cases yet" in [text.text for text in drawn().iter(f"{SVG}text")]
