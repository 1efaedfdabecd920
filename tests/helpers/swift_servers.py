"""Runs OpenStack Swift with its S3 interface on free ports of the loopback, empty.

Prints one line of JSON, {"url": ...}, as soon as S3 requests are answered. Ends, with all its servers and data, when its
standard input is closed, which also happens when whoever started it is killed. Exit code 69 means that Swift is not
installed.
"""

import ctypes
import json
import os
import pwd
import shutil
import signal
import socket
import sys
import tempfile
from time import sleep, time as now
import urllib.error
import urllib.request

try:
    from swift.common import utils
    from swift.common.ring import RingBuilder
    from swift.common.wsgi import run_wsgi
except ImportError:
    sys.exit(69)

PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
user = {user}
workers = 0
log_level = CRITICAL
log_statsd_host =
# A part that stops coming is dropped this soon.
client_timeout = 30

[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
max_upload_part_num = 10000

# In the place of memcached: there is only one process of this kind.
[filter:cache]
paste.filter_factory = __main__:cache_factory

[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""

STORAGE = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
user = {user}
workers = 0
log_level = CRITICAL
# Default: keeps 1 % of the disk free, refusing to store on a disk that is nearly full.
fallocate_reserve = 0

[pipeline:main]
pipeline = {kind}-server

[app:{kind}-server]
use = egg:swift#{kind}
"""

HASHES = """
[swift-hash]
swift_hash_path_suffix = test
swift_hash_path_prefix = test
[storage-policy:0]
name = Policy-0
default = yes
"""


class Cache:
    """What the proxy keeps in memcached, above all the tokens of whoever has signed in."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        value, ends = self.kept.get(key, (None, 0))
        return value if ends > now() else None

    def set(self, key, value, time=0, **_):
        self.kept[key] = (json.loads(json.dumps(value)), now() + (time or 3600))

    def incr(self, key, delta=1, time=0, **_):
        self.set(key, max(0, int(self.get(key) or 0) + int(delta)), time=time)
        return self.get(key)

    def decr(self, key, delta=1, time=0, **_):
        return self.incr(key, -int(delta), time)

    def delete(self, key, **_):
        self.kept.pop(key, None)


def cache_factory(*_, **__):
    cache = Cache()

    def filter_app(app):
        def call(env, start_response):
            env["swift.cache"] = cache
            return app(env, start_response)
        return call
    return filter_app


def free_ports(count):
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def require_attributes(folder):
    """Swift keeps an object's metadata in extended attributes, which not every file system has."""
    probe = os.path.join(folder, "probe")
    write(probe, "")
    try:
        os.setxattr(probe, "user.swift.metadata", b"probe")
    except OSError as error:
        sys.exit("%s: no extended attributes here (%s); set TMPDIR to a folder that has them" % (folder, error))
    finally:
        os.remove(probe)


def build_ring(folder, kind, port):
    name = "object.builder" if kind == "object" else kind + ".builder"
    # One partition, one replica: there is one device.
    builder = RingBuilder(0, 1, 0)
    builder.add_dev({
        "id": 0, "region": 1, "zone": 1, "weight": 1, "device": "disk", "meta": "",
        "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port,
    })
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name.replace("builder", "ring.gz")))


def start(conf, section):
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(0)
        # PR_SET_PDEATHSIG: should this launcher be killed, its servers go with it.
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        # What it says goes to standard error; standard output is for the one line.
        os.dup2(2, 1)
        os._exit(run_wsgi(conf, section) or 0)
    return child


def until_ready(url, children):
    deadline = now() + 60
    while True:
        try:
            urllib.request.urlopen(url + "/healthcheck", timeout=5).read()
            return
        except (urllib.error.URLError, OSError):
            if now() > deadline:
                sys.exit("Swift did not answer within 60 seconds")
        for child in children:
            if os.waitpid(child, os.WNOHANG)[0]:
                children.remove(child)
                sys.exit("a Swift server ended at once")
        sleep(0.05)


def serve(folder):
    os.makedirs(os.path.join(folder, "devices", "disk"))
    require_attributes(folder)
    utils.SWIFT_CONF_FILE = os.path.join(folder, "swift.conf")
    write(utils.SWIFT_CONF_FILE, HASHES)
    facts = {"folder": folder, "user": pwd.getpwuid(os.getuid()).pw_name}

    proxy_port, *ports = free_ports(4)
    children = []
    try:
        for kind, port in zip(["account", "container", "object"], ports):
            build_ring(folder, kind, port)
            conf = os.path.join(folder, kind + ".conf")
            write(conf, STORAGE.format(kind=kind, port=port, **facts))
            children.append(start(conf, kind + "-server"))
        conf = os.path.join(folder, "proxy.conf")
        write(conf, PROXY.format(port=proxy_port, **facts))
        children.append(start(conf, "proxy-server"))

        url = "http://127.0.0.1:%d" % proxy_port
        until_ready(url, children)
        print(json.dumps({"url": url}), flush=True)
        sys.stdin.read()
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def main():
    # Ctrl-C reaches all processes of a terminal; whoever started this one decides when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = tempfile.mkdtemp(prefix="swift-")
    try:
        serve(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
