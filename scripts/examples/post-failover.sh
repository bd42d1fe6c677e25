#!/bin/sh
# An example of a post_failover_script: keeps the role in a file (for monitoring, a shell prompt or a
# login message) and starts or stops what belongs to the role.
set -eu

[ "$FLYWALL_EVENT" = post_failover ] || exit 0

role=/run/flywall/role
echo "$FLYWALL_TO" >"$role.new"
mv "$role.new" "$role"

# Units that belong to the primary, one per line; no such file: none.
units=/etc/flywall/primary-units
[ -e "$units" ] || exit 0
case $FLYWALL_TO in
  primary) action=start ;;
  *) action=stop ;;
esac
while read -r unit; do
  # --no-block: systemd does the work, this script is not to wait for it.
  systemctl --no-block "$action" "$unit"
done <"$units"
