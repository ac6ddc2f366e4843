#!/usr/bin/env bash
# Collects what a program needs at run time into a folder that can be the root of an image.
#   tools/runtime_tree.sh PROGRAM ROOT
# ROOT gets the program (stripped) as usr/bin/NAME, its shared libraries, the certificates of
# authorities, a user "csv-merger" (10001) and an empty folder data that is the user's.
set -euo pipefail

program=$1
root=$2
user=10001

mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$root/data"
cp "$program" "$root/usr/bin/"
strip "$root/usr/bin/$(basename "$program")"

# "libx.so.1 => /lib/.../libx.so.1 (0x...)", and the loader itself without an arrow.
ldd "$program" | sed -nE 's/^.* => (\/[^ ]+) .*$/\1/p; s/^\s*(\/[^ ]+) .*$/\1/p' | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done

cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo "csv-merger:x:$user:$user::/data:/usr/sbin/nologin" >"$root/etc/passwd"
echo "csv-merger:x:$user:" >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chown "$user:$user" "$root/data"
du -sm "$root" | sed -E 's/^([0-9]+).*/the image will have \1 MB/'
