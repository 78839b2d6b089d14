"""Invented ways to further stores: links with a signature, connection strings, plain addresses of containers."""
import base64
import hashlib


def token(text, size):
    """Bytes that look random and depend on text alone."""
    out = b""
    while len(out) < size:
        out += hashlib.sha256(b"%d %s" % (len(out), text.encode())).digest()
    return out[:size]


def sas_link(account, container, blob=""):
    """A blob address with a shared access signature: type, host, as written."""
    signature = base64.b64encode(token(account + container, 32)).decode().replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    host = account + ".blob.core.windows.net"
    return "sas", host, "https://%s/%s%s?sv=2020-08-04&st=2022-09-01T00%%3A00%%3A00Z&se=2023-09-01T00%%3A00%%3A00Z&sr=c&sp=rl&sig=%s" % (
        host, container, "/" + blob if blob else "", signature)


def storage_connection(account):
    key = base64.b64encode(token(account, 64)).decode()
    return "connection-string", account + ".blob.core.windows.net", \
        "DefaultEndpointsProtocol=https;AccountName=%s;AccountKey=%s;EndpointSuffix=core.windows.net" % (account, key)


def sql_connection(server, database):
    password = base64.b64encode(token(server, 12)).decode().replace("+", "x").replace("/", "y")
    return "connection-string", server + ".database.windows.net", \
        "Server=tcp:%s.database.windows.net,1433;Initial Catalog=%s;User ID=reader;Password=%s;Encrypt=True;" % (
            server, database, password)


def bucket(name):
    return "link", name, "s3://%s/exports/2022/" % name


def container_link(account, container):
    return "link", account + ".blob.core.windows.net", "https://%s.blob.core.windows.net/%s/list.csv" % (account, container)
