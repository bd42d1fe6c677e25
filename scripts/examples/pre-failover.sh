#!/bin/sh
# An example of a pre_failover_script: before this node gives the role up as planned, see to it that
# the peer has what it needs. With pre_failover_required = true, an exit status other than 0 stops
# the planned failover, and the last line that was printed says why.
set -eu

[ "$FLYWALL_EVENT" = pre_failover ] || exit 0
# Taking over is not delayed by this script, so there is nothing to decide.
[ "$FLYWALL_TO" != primary ] || exit 0

# An operator's "not now": a file that somebody put there during maintenance.
hold="$FLYWALL_STATE_DIR/hold"
if [ -e "$hold" ]; then
  echo "$hold exists: $(head -c 80 "$hold")"
  exit 1
fi
echo "$FLYWALL_PEER_ID may take over (epoch $FLYWALL_EPOCH, $FLYWALL_REASON)"
