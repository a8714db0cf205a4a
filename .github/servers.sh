#!/usr/bin/env bash
# The two servers of docker/compose.yaml as programs of this machine: tests start, stop and kill them as processes, which
# a container would hide. Each runs on the C library of its own image.
#
#   .github/servers.sh /opt/servers      makes /opt/servers/bin/drachtio and /opt/servers/bin/freeswitch
set -euo pipefail
to=$1
compose="$(dirname "$0")/../docker/compose.yaml"
mkdir -p "$to/bin"

# name, image, program within the image, further arguments
unpack() {
  local name=$1 program=$2 image root container
  image=$(grep -om1 "drachtio/$3:[0-9A-Za-z.-]*" "$compose")
  root=$to/$name
  container=$(docker create "$image")
  mkdir -p "$root"
  docker export "$container" | tar -x -C "$root" --exclude=dev
  docker rm "$container" >/dev/null
  cat >"$to/bin/$name" <<END
#!/bin/sh
exec "$root/lib64/ld-linux-x86-64.so.2" --library-path \\
  "$root/usr/local/lib:$root/usr/local/freeswitch/lib:$root/lib/x86_64-linux-gnu:$root/usr/lib/x86_64-linux-gnu:$root/usr/lib" \\
  "$root$program" ${4:-} "\$@"
END
  chmod +x "$to/bin/$name"
}

unpack drachtio /usr/local/bin/drachtio drachtio-server
unpack freeswitch /usr/local/freeswitch/bin/freeswitch drachtio-freeswitch-mrf "-mod $to/freeswitch/usr/local/freeswitch/mod"
