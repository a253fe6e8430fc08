#!/usr/bin/python3
"""A real S3 server on this machine for tests and for trying a shared store in a bucket: OpenStack Swift with its s3api.

It listens on 127.0.0.1 alone, checks Signature V4, keeps everything in FOLDER and serves until it is ended. It needs Debian's
python3-swift and a file system with extended attributes (ext4, xfs, btrfs). It prints one line when it answers:

    /usr/bin/python3 build/s3/serve-local.py FOLDER [--port PORT]
    export AWS_ENDPOINT_URL=... AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=us-east-1

The bucket is named results. Started again on the same folder it has what it had. With --until-input-ends it ends when its standard
input does: a program that starts it keeps the other end of a pipe, which closes with the program, however that ends.
"""
import argparse
import getpass
import os
import pathlib
import sys

KEY, SECRET, BUCKET = "zephyr:tester", "a-secret-for-tests-alone", "results"

try:
    import eventlet

    eventlet.monkey_patch()
    from eventlet import hubs
    from eventlet.green import socket
    from swift.common import utils
    from swift.common.ring import RingBuilder
    from swift.common.swob import Request
    from swift.common.wsgi import SwiftHttpProtocol, loadapp
    from swift.common.utils import NullLogger
except ImportError as missing:
    sys.exit(f"serve-local.py: {missing}; on Debian: apt-get install python3-swift")

PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
user = {user}
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth bulk slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_{account} = {secret} .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:catch_errors]
use = egg:swift#catch_errors
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
user = {user}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
disable_fallocate = true
[pipeline:main]
pipeline = server
[app:server]
use = egg:swift#{kind}
"""


def listen(port):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    return listener


def serve(folder, name, text, listener):
    path = folder / f"{name}.conf"
    path.write_text(text)
    app = loadapp(str(path), global_conf={"log_name": name})
    eventlet.spawn(eventlet.wsgi.server, listener, app, NullLogger(), protocol=SwiftHttpProtocol, capitalize_response_headers=False, debug=False)
    return app


def ring(folder, name, port):
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1.0})
    builder.rebalance()
    builder.get_ring().save(str(folder / f"{name}.ring.gz"))


def wait_for_end_of_input():
    """Serves until whoever holds the other end of standard input has closed it or died."""
    while True:
        hubs.trampoline(sys.stdin.fileno(), read=True)
        if not os.read(sys.stdin.fileno(), 4096):
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--port", type=int, default=0, help="a free one when left out")
    parser.add_argument("--until-input-ends", action="store_true", help="end when standard input, a pipe, is closed")
    options = parser.parse_args()
    folder = options.folder.resolve()
    (folder / "devices" / "disk").mkdir(parents=True, exist_ok=True)
    try:
        os.setxattr(folder, "user.zephyr", b"1")
    except OSError as failure:
        sys.exit(f"serve-local.py: {folder} is on a file system without extended attributes ({failure}); name a folder on ext4, xfs or btrfs")

    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_prefix = zephyr\nswift_hash_path_suffix = zephyr\n[storage-policy:0]\nname = default\ndefault = yes\n")
    utils.set_swift_dir(str(folder))
    user = getpass.getuser()
    for kind in ("account", "container", "object"):
        listener = listen(0)
        ring(folder, kind, listener.getsockname()[1])
        serve(folder, kind, STORAGE.format(user=user, folder=folder, kind=kind), listener)

    listener = listen(options.port)
    proxy = serve(folder, "proxy", PROXY.format(user=user, folder=folder, account=KEY.replace(":", "_"), secret=SECRET), listener)
    made = Request.blank(f"/v1/AUTH_{KEY.split(':')[0]}/{BUCKET}", environ={"REQUEST_METHOD": "PUT"}).get_response(proxy._pipeline_final_app)
    if made.status_int not in (201, 202):
        sys.exit(f"serve-local.py: the bucket could not be made: {made.status}")

    print(
        f"export AWS_ENDPOINT_URL=http://127.0.0.1:{listener.getsockname()[1]} AWS_ACCESS_KEY_ID={KEY} AWS_SECRET_ACCESS_KEY={SECRET} AWS_REGION=us-east-1",
        flush=True)
    if options.until_input_ends:
        wait_for_end_of_input()
        os._exit(0)  # whatever is still being answered, nobody reads
    eventlet.event.Event().wait()


if __name__ == "__main__":
    main()
