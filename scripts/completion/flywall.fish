# Completion for flywall, made from its tree of commands by `flywall completion fish`.
function __flywall_at
  set -l chain flywall
  set -l words (commandline -opc)
  for word in $words[2..-1]
    if contains -- "$chain $word" \
        'flywall ha' \
        'flywall ha status' \
        'flywall ha cluster' \
        'flywall ha monitor' \
        'flywall ha check' \
        'flywall ha history' \
        'flywall ha failover' \
        'flywall ha promote' \
        'flywall ha reset' \
        'flywall ha failback' \
        'flywall ha failback on' \
        'flywall ha failback off' \
        'flywall ha failback now' \
        'flywall config' \
        'flywall config check' \
        'flywall config show' \
        'flywall config reload' \
        'flywall replication' \
        'flywall replication status' \
        'flywall replication peers' \
        'flywall replication lag' \
        'flywall replication stats' \
        'flywall replication resync' \
        'flywall keygen' \
        'flywall completion'
      set chain "$chain $word"
    end
  end
  test "$chain" = "$argv[1]"
end
complete -c flywall -f
complete -c flywall -s h -l help -d 'Print this help message and exit'
complete -c flywall -l version -d 'Display program version information and exit'
complete -c flywall -l socket -r -F -d 'Unix socket of flywalld'
complete -c flywall -s o -l output -x -a 'table json yaml' -d 'how to print'
complete -c flywall -l color -x -a 'auto always never' -d 'when to use colours'
complete -c flywall -s w -l watch -d 'print again and again, every 2 or so many seconds'
complete -c flywall -l yes -d 'do not ask before what is unsafe'
complete -c flywall -n '__flywall_at "flywall"' -a ha -d 'the pair: who is primary, and why'
complete -c flywall -n '__flywall_at "flywall"' -a config -d 'the configuration'
complete -c flywall -n '__flywall_at "flywall"' -a replication -d 'what the peers get of this node'\''s state'
complete -c flywall -n '__flywall_at "flywall"' -a keygen -d 'a new secret_key of 32 random bytes'
complete -c flywall -n '__flywall_at "flywall"' -a completion -d 'completion for a shell, to be sourced'
complete -c flywall -n '__flywall_at "flywall ha"' -a status -d 'what this node is, and why'
complete -c flywall -n '__flywall_at "flywall ha"' -a cluster -d 'all nodes as this one sees them; exit 6 unless one is primary'
complete -c flywall -n '__flywall_at "flywall ha"' -a monitor -d 'live view on the full screen; q leaves'
complete -c flywall -n '__flywall_at "flywall ha"' -a check -d 'for Nagios and its kin: exit 0, 1, 2 or 3 and one line'
complete -c flywall -n '__flywall_at "flywall ha"' -a history -d 'what happened, newest first, with reasons'
complete -c flywall -n '__flywall_at "flywall ha"' -a failover -d 'give the role of primary to a healthy peer'
complete -c flywall -n '__flywall_at "flywall ha"' -a promote -d 'make this node primary'
complete -c flywall -n '__flywall_at "flywall ha"' -a reset -d 'forget damping and refusals; without a daemon: remove what a dead one left'
complete -c flywall -n '__flywall_at "flywall ha"' -a failback -d 'whether the preferred node takes its role back by itself'
complete -c flywall -n '__flywall_at "flywall ha history"' -s n -l limit -x -d 'entries'
complete -c flywall -n '__flywall_at "flywall ha history"' -s k -l kind -x -d 'only these: transition, command, peer_silent, ...'
complete -c flywall -n '__flywall_at "flywall ha failover"' -l to -x -d 'node id; without it the best one'
complete -c flywall -n '__flywall_at "flywall ha failover"' -l timeout -x -d 'seconds to wait for the outcome (120)'
complete -c flywall -n '__flywall_at "flywall ha promote"' -l force -d 'also with a fault here, without a majority or the primary'\''s answer'
complete -c flywall -n '__flywall_at "flywall ha promote"' -l fenced -d 'only once the other node is switched off (fencing.script)'
complete -c flywall -n '__flywall_at "flywall ha promote"' -l unfenced -d 'switch no other node off, even if that is required'
complete -c flywall -n '__flywall_at "flywall ha promote"' -l timeout -x -d 'seconds to wait for the outcome (120)'
complete -c flywall -n '__flywall_at "flywall ha reset"' -l config -x -d 'names the cluster when no daemon runs'
complete -c flywall -n '__flywall_at "flywall ha reset"' -l keep-fence -d 'without a daemon: nothing is forwarded until one starts'
complete -c flywall -n '__flywall_at "flywall ha reset"' -l timeout -x -d 'seconds to wait for the outcome (120)'
complete -c flywall -n '__flywall_at "flywall ha failback"' -a on -d 'it may'
complete -c flywall -n '__flywall_at "flywall ha failback"' -a off -d 'it may not'
complete -c flywall -n '__flywall_at "flywall ha failback"' -a now -d 'it does so now'
complete -c flywall -n '__flywall_at "flywall ha failback on"' -l timeout -x -d 'seconds to wait for the outcome (120)'
complete -c flywall -n '__flywall_at "flywall ha failback off"' -l timeout -x -d 'seconds to wait for the outcome (120)'
complete -c flywall -n '__flywall_at "flywall ha failback now"' -l timeout -x -d 'seconds to wait for the outcome (120)'
complete -c flywall -n '__flywall_at "flywall config"' -a check -d 'is this file usable? exit 78 when it is not'
complete -c flywall -n '__flywall_at "flywall config"' -a show -d 'every setting in force with who gave it; of the daemon, or of FILE'
complete -c flywall -n '__flywall_at "flywall config"' -a reload -d 'take the file over as it is now; says what changed'
complete -c flywall -n '__flywall_at "flywall config check"' -F
complete -c flywall -n '__flywall_at "flywall config show"' -F
complete -c flywall -n '__flywall_at "flywall config reload"' -l timeout -x -d 'seconds to wait for the outcome (120)'
complete -c flywall -n '__flywall_at "flywall replication"' -a status -d 'what is replicated, to whom, and how far it is'
complete -c flywall -n '__flywall_at "flywall replication"' -a peers -d 'the replication addresses of the peers and their connections'
complete -c flywall -n '__flywall_at "flywall replication"' -a lag -d 'how far each peer is behind'
complete -c flywall -n '__flywall_at "flywall replication"' -a stats -d 'bytes, batches and resynchronisations'
complete -c flywall -n '__flywall_at "flywall replication"' -a resync -d 'fetch everything from the primary again'
complete -c flywall -n '__flywall_at "flywall keygen"' -F
complete -c flywall -n '__flywall_at "flywall keygen"' -l witness -d 'instead: what a witness is given to vote for the cluster that FILE configures'
complete -c flywall -n '__flywall_at "flywall completion"' -a 'bash zsh fish'
