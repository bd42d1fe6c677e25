# Completion for flywall, made from its tree of commands by `flywall completion bash`.
_flywall() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local chain=flywall words="" files="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$chain ${COMP_WORDS[i]}" in
      'flywall ha' | \
        'flywall ha status' | \
        'flywall ha cluster' | \
        'flywall ha monitor' | \
        'flywall ha check' | \
        'flywall ha history' | \
        'flywall ha failover' | \
        'flywall ha promote' | \
        'flywall ha reset' | \
        'flywall ha failback' | \
        'flywall ha failback on' | \
        'flywall ha failback off' | \
        'flywall ha failback now' | \
        'flywall config' | \
        'flywall config check' | \
        'flywall config show' | \
        'flywall config reload' | \
        'flywall replication' | \
        'flywall replication status' | \
        'flywall replication peers' | \
        'flywall replication lag' | \
        'flywall replication stats' | \
        'flywall replication resync' | \
        'flywall keygen' | \
        'flywall completion')
        chain="$chain ${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$previous" in
    --socket) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    -o | --output) mapfile -t COMPREPLY < <(compgen -W 'table json yaml' -- "$word"); return ;;
    --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$word"); return ;;
    -n | --limit) return ;;
    -k | --kind) return ;;
    --to) return ;;
    --timeout) return ;;
    --config) return ;;
  esac
  case "$chain" in
    'flywall') words='ha config replication keygen completion -h --help --version --socket -o --output --color -w --watch --yes' ;;
    'flywall ha') words='status cluster monitor check history failover promote reset failback -h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall ha status') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall ha cluster') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall ha monitor') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall ha check') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall ha history') words='-h --help -n --limit -k --kind --socket -o --output --color -w --watch --yes' ;;
    'flywall ha failover') words='-h --help --to --timeout --socket -o --output --color -w --watch --yes' ;;
    'flywall ha promote') words='-h --help --force --fenced --unfenced --timeout --socket -o --output --color -w --watch --yes' ;;
    'flywall ha reset') words='-h --help --config --keep-fence --timeout --socket -o --output --color -w --watch --yes' ;;
    'flywall ha failback') words='on off now -h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall ha failback on') words='-h --help --timeout --socket -o --output --color -w --watch --yes' ;;
    'flywall ha failback off') words='-h --help --timeout --socket -o --output --color -w --watch --yes' ;;
    'flywall ha failback now') words='-h --help --timeout --socket -o --output --color -w --watch --yes' ;;
    'flywall config') words='check show reload -h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall config check') words='-h --help --socket -o --output --color -w --watch --yes' files=yes ;;
    'flywall config show') words='-h --help --socket -o --output --color -w --watch --yes' files=yes ;;
    'flywall config reload') words='-h --help --timeout --socket -o --output --color -w --watch --yes' ;;
    'flywall replication') words='status peers lag stats resync -h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall replication status') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall replication peers') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall replication lag') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall replication stats') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall replication resync') words='-h --help --socket -o --output --color -w --watch --yes' ;;
    'flywall keygen') words='-h --help --witness --socket -o --output --color -w --watch --yes' files=yes ;;
    'flywall completion') words='bash zsh fish -h --help --socket -o --output --color -w --watch --yes' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ -n $files && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _flywall flywall
