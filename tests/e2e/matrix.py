"""The list x read x acl x versions matrix: what `check` tells of each real server, and what a recorder between them saw leave.
Tests add their rows; check_matrix_test.py prints all of them as one table."""
RIGHTS = ("list", "read", "acl", "versions", "any_authenticated", "write")
HEAD = ("server", "mode", "path", "basis", *RIGHTS, "verdict", "asked", "writes", "credentials", "outside")
SHORT = {"not-tested": "-"}
rows = []


def add(server, mode, path, basis, answer, asked, writes=0, credentials=0, outside=0):
    """answer: of a target in the JSON of check; asked: requests, or connections where it is no HTTP."""
    rows.append((server, mode, path, basis, *(SHORT.get(answer["rights"][right], answer["rights"][right]) for right in RIGHTS),
        answer["verdict"], str(asked), str(writes), str(credentials), str(outside)))


def table():
    lines = [HEAD] + rows
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    return ["# " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
