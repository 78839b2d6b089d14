#!/usr/bin/env python3
"""One table over object stores and services: which rights each real server shows (tests/lab), open and closed, and that of all that
was sent nothing was a write, carried a credential or was out of scope. The rows stand in check_{servers,gcs,services}_test.py."""
import sys

import check_gcs_test as gcs
import check_servers_test as servers
import check_services_test as services
import matrix
import rig


def every_server_stands_in_one_table_and_nothing_left_that_should_not():
    print("\n".join(matrix.table()), flush=True)
    wanted = len(servers.S3) + len(servers.AZURE) + len(gcs.BUCKETS) + 1 + len(services.TABLE)
    rig.check(len(matrix.rows) >= wanted, "%d rows of %d: a server is missing" % (len(matrix.rows), wanted))
    bad = [row for row in matrix.rows if row[-3:] != ("0", "0", "0")]
    rig.equal(bad, [], "rows with a write, a credential or a request out of scope")
    rig.check(all(int(row[-4]) > 0 for row in matrix.rows), "rows of which the recorder saw nothing")


if __name__ == "__main__":
    words = sys.argv[1:]
    tests = [*servers.MATRIX, *gcs.MATRIX, *(services.sentence(*row) for row in services.TABLE)]
    tests = [test for test in tests if not words or any(word in test.__name__ for word in words)]
    rig.run_tests(*tests, *([] if words else [every_server_stands_in_one_table_and_nothing_left_that_should_not]))
