"""python3 -m lab [NAME [MODE]]: lists the servers, or starts one and holds it until Enter or Ctrl-C."""
import sys
import time

import lab
import rig


def main():
    if len(sys.argv) < 2:
        for name in sorted(lab.SERVERS):
            print("%-18s %s" % (name, " ".join(lab.modes(name))))
        return
    begin = time.monotonic()
    with rig.folder() as workdir, lab.start(*sys.argv[1:2], workdir, *sys.argv[2:3]) as server:
        print("%s (%s) on %s after %.1f s\nseed: %s\nnote: %s\nEnter ends it" % (server.name, server.mode, server.url,
            time.monotonic() - begin, rig.shown(server.seed), server.note or "none"), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
