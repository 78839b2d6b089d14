"""A certificate authority for one test, and a certificate of it for 127.0.0.1."""
import os
import subprocess


def make(folder):
    """Paths of (authority, key, certificate), made in folder."""
    ca_key, ca, key, request, certificate, names = (os.path.join(folder, name) for name in
        ("ca.key", "ca.pem", "server.key", "server.csr", "server.pem", "names"))
    with open(names, "w") as file:
        file.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for command in (
            ("req", "-x509", *ec, "-keyout", ca_key, "-out", ca, "-days", "2", "-subj", "/CN=test authority"),
            ("req", *ec, "-keyout", key, "-out", request, "-subj", "/CN=127.0.0.1"),
            ("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-out", certificate, "-days", "2",
                "-extfile", names)):
        subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=60)
    return ca, key, certificate
