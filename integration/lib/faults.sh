# shellcheck shell=bash
# What can go wrong with cables. Ports are NODE-NETWORK in the switch; networks are sync, lan, wan,
# or all.

# Frames from a muted port, or to a deaf one, vanish; the carrier stays. One transaction for any
# number of ports, so that all paths fall silent at the same instant.
# shellcheck disable=SC2034 # topology.sh loads it
switch_rules='
table bridge faults {
  set mute { type ifname; }
  set deaf { type ifname; }
  set apart { type ifname . ifname; }
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname @mute drop
    oifname @deaf drop
    iifname . oifname @apart drop
  }
}'

networks_in() { if [[ $1 == all ]]; then echo "sync lan wan"; else echo "$1"; fi; }

ports_of() { # NODE NETWORK: as a list for nft
  local net list=""
  for net in $(networks_in "$2"); do list+="${list:+, }\"$1-$net\""; done
  echo "$list"
}

# Ports that go down with NODE's cable: the sync cable of a pair has two ends.
cable_ends() { # NODE NETWORK
  local other
  echo "$1-$2"
  if [[ $2 == sync && ${#routers[@]} -eq 2 ]]; then
    for other in "${routers[@]}"; do [[ $other == "$1" ]] || echo "$other-sync"; done
  fi
}

set_cables() { # NODE NETWORK up|down: in one batch
  local net port batch=""
  for net in $(networks_in "$2"); do
    for port in $(cable_ends "$1" "$net"); do batch+="link set $port $3"$'\n'; done
  done
  on switch ip -batch - <<<"$batch"
}

pull_cable() { # NODE [NETWORK]
  note "pull the ${2:-all} cable of $1"
  set_cables "$1" "${2:-all}" down
}

plug_cable() { # NODE [NETWORK]
  note "plug the ${2:-all} cable of $1 in again"
  set_cables "$1" "${2:-all}" up
}

# power_off NODE: all cables lose their carrier under one hold of the kernel's lock, as when the
# power goes. The peer's end of a pair's sync cable goes with them.
power_off() {
  local end number=${port_number[$1]} before="" after=""
  note "pull the plug of $1: all cables at once"
  for end in $(cable_ends "$1" sync); do
    before+="link set $end group $number"$'\n'
    after+="link set $end group ${port_number[${end%-sync}]}"$'\n'
  done
  on switch ip -batch - <<<"${before}link set group $number down"$'\n'"$after"
}
power_on() { plug_cable "$1" all; }

fault() { on switch nft "$1" element bridge faults "$2" "{ $3 }"; } # add|delete SET PORTS

mute() { # NODE [NETWORK]: nobody hears it
  note "$1 is not heard on ${2:-all}"
  fault add mute "$(ports_of "$1" "${2:-all}")"
}
deafen() { # NODE [NETWORK]: it hears nobody
  note "$1 hears nothing on ${2:-all}"
  fault add deaf "$(ports_of "$1" "${2:-all}")"
}
silence() { # NODE [NETWORK]: both, in one transaction
  local ports
  ports=$(ports_of "$1" "${2:-all}")
  note "$1 is cut off on ${2:-all}, carrier stays"
  on switch nft -f - <<<"add element bridge faults mute { $ports }
    add element bridge faults deaf { $ports }"
}
partition() { # NODE NODE [NETWORK]: they do not hear each other; the hosts hear both
  local net pairs=""
  note "$1 and $2 do not hear each other on ${3:-all}"
  for net in $(networks_in "${3:-all}"); do pairs+="\"$1-$net\" . \"$2-$net\", \"$2-$net\" . \"$1-$net\", "; done
  fault add apart "$pairs"
}
heal() { # every frame passes again
  note "every frame passes again"
  on switch nft -f - <<<"flush set bridge faults mute
    flush set bridge faults deaf
    flush set bridge faults apart"
}
