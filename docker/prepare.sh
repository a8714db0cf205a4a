#!/bin/sh
# Runs before the servers, each time they are started: draws the secrets where there are none yet, and writes for each
# server what differs from machine to machine. Everything comes from the environment (compose.yaml lists it), everything
# goes below /run/kozpont, in files that only their user can read. Nothing is printed but the names of files.
set -eu
umask 077

root=${KOZPONT_RUN:-/run/kozpont}
templates=${KOZPONT_TEMPLATES:-/etc/kozpont}

refuse() {
  echo "prepare: $1" >&2
  exit 1
}

# The value goes into XML files and host names: nothing but what an address or a number is made of.
address() {
  value=$(printenv "$1" || true)
  [ -n "$value" ] || refuse "$1 is not set: write it into docker/.env (see docker/README.md)"
  case $value in
    *[!0-9a-fA-F.:]*) refuse "$1 must be an IP address, not $value" ;;
  esac
  [ "$value" != 0.0.0.0 ] || refuse "$1 must be one address, which phones can reach"
  echo "$value"
}

number() {
  value=$(printenv "$1" || echo "$2")
  case $value in
    '' | *[!0-9]*) refuse "$1 must be a number, not $value" ;;
  esac
  [ "$value" -gt 0 ] && [ "$value" -le 65535 ] || refuse "$1 must be a port from 1 to 65535, not $value"
  echo "$value"
}

level() {
  value=$(printenv "$1" || echo warning)
  case $value in
    notice | error | warning | info | debug) echo "$value" ;;
    *) refuse "$1 must be notice, error, warning, info or debug, not $value" ;;
  esac
}

# 256 bits, in hexadecimal. One that is there stays: a server that runs knows it already.
secret() {
  if [ ! -s "$1" ]; then
    drawn=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
    [ "${#drawn}" = 64 ] || refuse 'no randomness could be had'
    echo "$drawn" >"$1.new"
    mv "$1.new" "$1"
    echo "prepare: a new secret is in $1" >&2
  fi
  cat "$1"
}

drachtio() {
  folder=$root/drachtio
  [ -d "$folder" ] || refuse "there is no folder $folder"
  ADDRESS=$(address KOZPONT_ADDRESS)
  external=
  if [ -n "${KOZPONT_EXTERNAL_ADDRESS:-}" ]; then
    external=" external-ip=\"$(address KOZPONT_EXTERNAL_ADDRESS)\""
  fi
  ADMIN_PORT=$(number DRACHTIO_PORT 9022)
  SIP_PORT=$(number KOZPONT_SIP_PORT 5060)
  LOG_LEVEL=$(level KOZPONT_SERVER_LOG)
  SECRET=$(secret "$folder/secret")
  sed -e "s/@ADMIN_PORT@/$ADMIN_PORT/" -e "s/@SECRET@/$SECRET/" -e "s/@EXTERNAL@/$external/" \
    -e "s/@ADDRESS@/$ADDRESS/" -e "s/@SIP_PORT@/$SIP_PORT/" -e "s/@LOG_LEVEL@/$LOG_LEVEL/" \
    "$templates/drachtio.conf.xml" >"$folder/drachtio.conf.xml.new"
  mv "$folder/drachtio.conf.xml.new" "$folder/drachtio.conf.xml"
}

freeswitch() {
  folder=$root/freeswitch
  [ -d "$folder" ] || refuse "there is no folder $folder"
  ADDRESS=$(address KOZPONT_ADDRESS)
  CONTROL=127.0.0.1
  if [ -n "${FREESWITCH_CONTROL_ADDRESS:-}" ]; then CONTROL=$(address FREESWITCH_CONTROL_ADDRESS); fi
  NETWORK=${FREESWITCH_CONTROL_NETWORK:-127.0.0.0/8}
  case $NETWORK in
    *[!0-9a-fA-F.:/]* | 0.0.0.0/* | ::/*) refuse "FREESWITCH_CONTROL_NETWORK must be a network of the servers, not $NETWORK" ;;
  esac
  ADVERTISE=$ADDRESS
  if [ -n "${KOZPONT_EXTERNAL_ADDRESS:-}" ]; then ADVERTISE=$(address KOZPONT_EXTERNAL_ADDRESS); fi
  SIP_PORT=$(number FREESWITCH_SIP_PORT 5080)
  PORT=$(number FREESWITCH_PORT 8021)
  FROM=$(number FREESWITCH_RTP_FROM 20000)
  TO=$(number FREESWITCH_RTP_TO 29999)
  [ "$FROM" -lt "$TO" ] || refuse "FREESWITCH_RTP_FROM $FROM is not below FREESWITCH_RTP_TO $TO"
  LOG_LEVEL=$(level KOZPONT_SERVER_LOG)
  [ "$LOG_LEVEL" != error ] || LOG_LEVEL=err
  SECRET=$(secret "$folder/secret")
  {
    echo '<include>'
    while read -r name value; do
      echo "  <X-PRE-PROCESS cmd=\"set\" data=\"kozpont_$name=$value\"/>"
    done <<END
secret $SECRET
control_address $CONTROL
control_network $NETWORK
rtp_address $ADDRESS
rtp_advertise $ADVERTISE
sip_port $SIP_PORT
event_socket_port $PORT
rtp_from $FROM
rtp_to $TO
log_level $LOG_LEVEL
END
    echo '</include>'
  } >"$folder/settings.xml.new"
  mv "$folder/settings.xml.new" "$folder/settings.xml"
}

[ $# -gt 0 ] || refuse 'name the servers: drachtio, freeswitch'
for server in "$@"; do
  case $server in
    drachtio | freeswitch) $server ;;
    *) refuse "there is no server $server" ;;
  esac
done
