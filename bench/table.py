"""The one table of rows: what `./dev bench` measures, in this order. A row is a name, what it asks, and a function that takes the Bench and
returns figures.Case objects; None: nothing measures it yet, and nothing is printed of it."""
import dataclasses
import typing

import rows_audit
import rows_count
import rows_detect
import rows_network
import rows_portal
import rows_scan
import rows_text


@dataclasses.dataclass
class Row:
    name: str
    asks: str
    measure: typing.Callable


ROWS = (
    Row("detect", "how fast are personal values found in text?", rows_detect.detect),
    Row("redact", "how fast is text redacted?", rows_detect.redact),
    Row("start", "how long does a command take that has nearly nothing to do?", rows_detect.start),
    Row("sparse", "how fast are records with few values read into a case?", rows_scan.sparse),
    Row("dense", "how fast are support records read into a case?", rows_scan.dense),
    Row("files", "what does an object cost beside its bytes?", rows_scan.files),
    Row("pdf", "what does the jail around pdftotext cost?", rows_scan.pdf),
    Row("count", "how fast are mentions counted exactly?", rows_count.count),
    Row("json", "how fast is JSON read?", rows_audit.json_reader),
    Row("audit", "how fast are exports of rules judged?", rows_audit.audits),
    Row("listing", "how fast is a store listed over the network?", rows_network.listing),
    Row("portal", "how fast are verified pages given out?", rows_portal.portal),
    Row("report", "how large is the HTML report of very many entities?", rows_scan.report),
    Row("text", "how right is what is found?", rows_text.labelled),
)
