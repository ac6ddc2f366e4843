# Read by ./run and ./test before they install anything: when apt installs ca-certificates it writes
# the system's list of authorities anew, without those that were only put into it. npm goes on with
# the list that it was told to trust.
if [[ -f ${NODE_EXTRA_CA_CERTS:-} ]]; then
  mkdir -p build
  [[ -f build/authorities.pem ]] || cp "$NODE_EXTRA_CA_CERTS" build/authorities.pem
  export NODE_EXTRA_CA_CERTS=$PWD/build/authorities.pem
fi
