"""How the paper questionnaire looks: A4, black on white, boxes large enough for a pen."""

from typing import Final

STYLE: Final = """
@page {
  size: A4;
  margin: 18mm 18mm 20mm;
  @bottom-center { content: counter(page) " / " counter(pages); direction: ltr; font-size: 9pt; }
}
* { box-sizing: border-box; }
html { color: #000; background: #fff;
  font: 11pt/1.4 "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
body { margin: 0 auto; max-width: 174mm; }
h1 { font-size: 20pt; line-height: 1.2; margin: 0 0 3mm; }
h2 { font-size: 13pt; margin: 8mm 0 2mm; padding-top: 3mm; border-top: .5mm solid #000;
  break-after: avoid; }
p { margin: 0 0 2mm; }
.how { border: .3mm solid #000; border-radius: 2mm; padding: 3mm 4mm; margin: 5mm 0;
  break-inside: avoid; }
.how h2 { font-size: 11pt; margin: 0 0 1mm; padding: 0; border: 0; }
.lead { break-after: avoid; }
.question { break-inside: avoid; margin: 6mm 0 0; }
.question > h3, caption { font-size: 11pt; font-weight: bold; margin: 0 0 1mm; }
.question > h3, tbody th { padding-inline-start: 8mm; text-indent: -8mm; }
.number { display: inline-block; min-width: 8mm; text-indent: 0; }
.hint, .rule, .only { color: #222; font-size: 10pt; margin: 0 0 1.5mm; }
.only, .go { font-style: italic; }
[dir=rtl] .only, [dir=rtl] .go { font-style: normal; }
.go { margin: 1.5mm 0 0; }
.go::before { content: "\\2192\\00a0"; }
[dir=rtl] .go::before { content: "\\2190\\00a0"; }
ul { list-style: none; margin: 0; padding: 0; }
ul.wide { columns: 2; column-gap: 8mm; }
li { margin: 0 0 1.6mm; break-inside: avoid; padding-inline-start: 8mm; text-indent: -8mm; }
.box { display: inline-block; width: 4.6mm; height: 4.6mm; border: .35mm solid #000;
  vertical-align: -0.8mm; margin-inline-end: 3.4mm; text-indent: 0; }
.cross { text-align: center; font-size: 15pt; line-height: 4mm; vertical-align: -.2mm; }
[dir=rtl] :is(.question > h3, tbody th, li, ul.tick li) { padding-inline-start: 0; text-indent: 0; }
ul.tick li { padding-inline-start: 16mm; text-indent: -16mm; }
.ends { display: flex; justify-content: space-between; width: 122mm; font-size: 10pt;
  margin: 0 0 1mm; }
.marks { margin: 0 0 2.5mm; white-space: nowrap; }
.mark { display: inline-block; width: 9.5mm; height: 9.5mm; margin-inline-end: 3mm;
  border: .35mm solid #000; text-align: center; line-height: 8.8mm; color: #444; }
table { border-collapse: collapse; width: 100%; margin: 2mm 0 0; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { font-weight: normal; text-align: start; }
thead th { font-size: 9pt; line-height: 1.2; text-align: center; vertical-align: bottom;
  padding: 1mm; width: 17mm; }
thead th:first-child { width: auto; }
tbody th { padding-block: 2mm; padding-inline-end: 2mm; }
tbody tr { border-top: .2mm solid #777; }
td { text-align: center; }
td .box { margin: 0; }
td.apart, th.apart { border-inline-start: .2mm solid #777; }
.lines { display: block; }
.lines span { display: block; height: 9mm; border-bottom: .2mm solid #555; }
.short { display: inline-block; width: 35mm; height: 9mm; border-bottom: .3mm solid #000; }
.end { break-inside: avoid; margin-top: 10mm; border-top: .5mm solid #000; padding-top: 3mm; }
.end h2 { border: 0; margin: 0 0 2mm; padding: 0; }
.code { margin: 1mm 0 4mm; white-space: nowrap; direction: ltr; text-align: start; }
[dir=rtl] .code { text-align: right; }
.code span { display: inline-block; width: 7.5mm; height: 9mm; border: .35mm solid #000;
  margin-right: -.35mm; }
.code span.gap { margin-left: 4mm; }
.address { width: 90mm; }
@media screen { body { padding: 8mm 5mm; } }
"""
