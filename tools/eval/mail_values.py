"""Addresses that stand in the headers of mails, by value: what Python's email package reads in From, To, Cc and so on, against
what `staunch scan` keeps of the same files. The mails are broken, nested and bounced ones, so the oracle is asked only for
what it reads without a doubt."""
import csv
import email
import email.header
import email.utils
import errno
import io
import os
import subprocess
import tempfile

HEADERS = ("From", "To", "Cc", "Reply-To", "Sender")


def header_addresses(path, algorithms):
    """Addresses of all messages in this file, in canonical form: {address: does it pass?}"""
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file)
    found = {}
    for part in message.walk():
        values = [str(value) for name in HEADERS for value in part.get_all(name, [])]
        for _, address in email.utils.getaddresses(values):
            if "@" in address and "=?" not in address:
                local, _, domain = address.casefold().rpartition("@")
                canonical = "%s@%s" % (local, algorithms.suffixes.ascii(domain))
                found[canonical] = algorithms.suffixes.address(canonical) is None
    return found


def scanned(program, folder):
    """{(kind, canonical)} of everything in a folder."""
    with tempfile.TemporaryDirectory(prefix="staunch-eval-") as work:
        case = os.path.join(work, "eval.case")
        # 3: something of these broken mails is not read; that is not what is measured here.
        done = subprocess.run([program, "scan", folder, "--case", case, "--progress", "never"], capture_output=True, check=False)
        if done.returncode not in (0, 3):
            raise RuntimeError("scan ended with %d" % done.returncode)
        listed = subprocess.run([program, "report", "--case", case, "--format", "csv", "--list", "entities", "--reveal",
            "evaluation on public test data"], capture_output=True, check=False).stdout.decode()
    # A cell that a spreadsheet could take for a formula has a ' in front.
    return {(row["kind"], row["canonical"].lstrip("'")) for row in csv.DictReader(io.StringIO(listed))}


def measure(program, data, algorithms, miss):
    """(files, header addresses that pass, of these found, that do not pass, of these found)."""
    folder = os.path.join(data, "mail")
    wanted, files = {}, 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".eml"):
                files += 1
                wanted.update(header_addresses(os.path.join(root, name), algorithms))
    if not wanted:
        raise FileNotFoundError(errno.ENOENT, "none", folder)
    values = {canonical for kind, canonical in scanned(program, folder) if kind == "email_address"}
    passing = {a for a, passes in wanted.items() if passes}
    for address in sorted(passing - values):
        miss("email_address", "mail headers", address.encode())
    apart = set(wanted) - passing
    return files, len(passing), len(passing & values), len(apart), len(apart & values)
