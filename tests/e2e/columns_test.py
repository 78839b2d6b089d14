"""The name of a column is the label of its values, from the stored table to the report."""
import csv
import io
import os
import zipfile

import rig

ROW = "{n};{a};{b}"


def entities(case):
    done = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "t"))
    return sorted((row["kind"], row["canonical"].lstrip("'"), int(row["mentions"]))
        for row in csv.DictReader(io.StringIO(done.stdout.decode())))


def scanned(out, name, text, encoding="utf-8"):
    path, case = os.path.join(out, name), os.path.join(out, name + ".case")
    with open(path, "wb") as file:
        file.write(text.encode(encoding))
    rig.expect(rig.OK, rig.staunch("scan", path, "--case", case))
    return entities(case)


def table(header, rows):
    return "".join(ROW.format(n=n, a=a, b=b) + "\n" for n, a, b in [header] + rows)


def numbers_count_below_the_name_of_their_column_only():
    rows = [(i, "536904399", "536904399") for i in range(1000)]
    with rig.folder() as out:
        for encoding in ("utf-8", "utf-16"):
            got = scanned(out, encoding, table(("row", "SSN", "order"), rows), encoding)
            rig.equal(got, [("national_id", "536904399", 1000)], encoding)
        rig.equal(scanned(out, "other", table(("row", "batch", "order"), rows)), [], "without a name that says so")


def a_lost_quote_gives_no_value_the_name_of_another_column():
    rows = [(1, '"536904399', "7"), (2, "8", "536904399"), (3, "9", "536904399")]
    with rig.folder() as out:
        got = scanned(out, "lost", table(("row", "SSN", "order"), rows))
        rig.equal(got, [("national_id", "536904399", 1)], "entities")


def sheet_cell(reference, text):
    if text.isdigit():
        return f'<c r="{reference}"><v>{text}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx(path, *sheets):
    """A workbook; a sheet is {row: {column letters: text}}."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        numbers = range(1, len(sheets) + 1)
        archive.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>')
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>' +
            "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers) + "</sheets></workbook>")
        archive.writestr("xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
            "".join(f'<Relationship Id="r{n}" Type="{links}/worksheet" Target="s{n}.xml"/>' for n in numbers) + "</Relationships>")
        for n, rows in zip(numbers, sheets):
            archive.writestr(f"xl/s{n}.xml", f'<worksheet xmlns="{main}"><sheetData>' + "".join(f'<row r="{row}">' +
                "".join(sheet_cell(f"{column}{row}", text) for column, text in cells.items()) + "</row>"
                for row, cells in rows.items()) + "</sheetData></worksheet>")


def scanned_file(out, name):
    case = os.path.join(out, name + ".case")
    rig.expect(rig.OK, rig.staunch("scan", os.path.join(out, name), "--case", case))
    return entities(case)


def the_columns_of_a_sheet_have_names_below_a_title_and_with_cells_left_out():
    rows = {1: {"B": "Customers of Fabrikam"}, 3: {"B": "row", "D": "SSN", "AA": "order"}}
    rows.update({n: {"B": str(n), "D": "536904399", "AA": "536904399"} for n in range(4, 104)})
    rows.update({n: {"AA": "536904399"} for n in range(104, 114)})
    with rig.folder() as out:
        xlsx(os.path.join(out, "named.xlsx"), rows)
        rig.equal(scanned_file(out, "named.xlsx"), [("national_id", "536904399", 100)], "below SSN")


def the_names_of_one_sheet_are_none_of_the_next_nor_of_a_sheet_without_a_header():
    named = {1: {"A": "row", "B": "SSN"}, 2: {"A": "1", "B": "536904399"}}
    other = {1: {"A": "row", "B": "batch"}, 2: {"A": "1", "B": "536904399"}}
    bare = {1: {"A": "1", "B": "536904399"}, 2: {"A": "row", "B": "SSN"}, 3: {"A": "1", "B": "536904399"}}
    with rig.folder() as out:
        xlsx(os.path.join(out, "sheets.xlsx"), named, other, bare)
        rig.equal(scanned_file(out, "sheets.xlsx"), [("national_id", "536904399", 1)], "of three sheets")


def fods_row(*cells, repeated=1):
    more = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    return "<table:table-row>" + f"<table:table-cell{more}/>" + "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells) + "</table:table-row>"


def fods(body):
    names = {"office": "office", "table": "table", "text": "text"}
    return '<?xml version="1.0" encoding="UTF-8"?><office:document office:version="1.3" ' + " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for short, name in names.items()) + \
        ' office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet>' + body + \
        "</office:spreadsheet></office:body></office:document>"


def the_same_of_a_sheet_of_opendocument():
    rows = fods_row("row", "SSN", "order", repeated=3) + "".join(
        fods_row(str(n), "536904399", "536904399", repeated=3) for n in range(50)) + fods_row("536904399", repeated=4)
    second = fods_row("row", "batch") + fods_row("1", "536904399")
    with rig.folder() as out:
        with open(os.path.join(out, "t.fods"), "w") as file:
            file.write(fods(f'<table:table table:name="a">{rows}</table:table><table:table table:name="b">{second}</table:table>'))
        rig.equal(scanned_file(out, "t.fods"), [("national_id", "536904399", 51)], "below SSN, with one moved there")


rig.run_tests(numbers_count_below_the_name_of_their_column_only, a_lost_quote_gives_no_value_the_name_of_another_column,
    the_columns_of_a_sheet_have_names_below_a_title_and_with_cells_left_out,
    the_names_of_one_sheet_are_none_of_the_next_nor_of_a_sheet_without_a_header, the_same_of_a_sheet_of_opendocument)
