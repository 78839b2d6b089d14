"""nginx from Debian as what people put before a server that has no protection of its own: basic authentication."""
import base64

from lab import wire

NEEDS = (("nginx", "nginx"),)
USER, PASSWORD = "owner", "bruine-jas-64"
CONFIGURATION = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/tmp/body; proxy_temp_path {folder}/tmp/proxy; fastcgi_temp_path {folder}/tmp/fastcgi;
  uwsgi_temp_path {folder}/tmp/uwsgi; scgi_temp_path {folder}/tmp/scgi;
  client_max_body_size 64m;
  server {{
    listen 127.0.0.1:{port};
    auth_basic "{realm}";
    auth_basic_user_file {folder}/users;
    {refusal}
    location / {{
      proxy_pass http://127.0.0.1:{upstream}; proxy_set_header Host $http_host; proxy_set_header Authorization "";
    }}
  }}
}}
"""
REFUSAL = """error_page 401 = @refused;
    location @refused {{ internal; auth_basic off; default_type {kind}; return 401 '{body}'; }}"""


def basic(user, password):
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()


def front(place, upstream, realm, kind=None, body=""):
    """Starts nginx before the server on port upstream and returns its own port; a refusal has nginx' own page, or this body."""
    port = place.port()
    place.write("users", "%s:{PLAIN}%s\n" % (USER, PASSWORD))
    refusal = REFUSAL.format(kind=kind, body=body) if kind else ""
    path = place.write("nginx.conf", CONFIGURATION.format(folder=place.folder, port=port, realm=realm, upstream=upstream,
        refusal=refusal))
    place.spawn("nginx", "-e", place.log_path, "-p", place.folder, "-c", path)
    place.wait(lambda: wire.get(port, "/").status == 401, "nginx refuses")
    return port
