# shellcheck shell=bash
# What a script says: checks as TAP-like lines, the count at the end, and waiting for conditions.

passed=0 failed=0 skipped=0

note() { printf '# %s\n' "$*"; }

ok() {
  passed=$((passed + 1))
  printf 'ok %d - %s\n' $((passed + failed + skipped)) "$*"
}

not_ok() {
  failed=$((failed + 1))
  printf 'not ok %d - %s\n' $((passed + failed + skipped)) "$*"
}

# skip REASON TEXT
skip() {
  skipped=$((skipped + 1))
  printf 'ok %d - %s # SKIP %s\n' $((passed + failed + skipped)) "$2" "$1"
}

# check TEXT COMMAND...: one line; the command's failure fails the check, not the script.
check() {
  local text=$1
  shift
  if "$@"; then ok "$text"; else not_ok "$text ($*)"; fi
}

# check_within SECONDS TEXT CONDITION...: waits for the condition, with a bound.
check_within() {
  local bound=$1 text=$2
  shift 2
  if await "$bound" "$@"; then ok "$text"; else not_ok "$text (not within $bound s: $*)"; fi
}

# not COMMAND...: a condition turned round.
not() { ! "$@"; }

# at_most VALUE LIMIT, at_least VALUE LIMIT: decimal numbers.
at_most() { awk -v v="$1" -v l="$2" 'BEGIN { exit !(v != "" && v + 0 <= l + 0) }'; }
at_least() { awk -v v="$1" -v l="$2" 'BEGIN { exit !(v != "" && v + 0 >= l + 0) }'; }

in_milliseconds() { awk -v s="$1" 'BEGIN { printf "%d", s * 1000 }'; } # SECONDS, also decimal

# await SECONDS CONDITION...: polls until it holds; false when it does not within the bound.
await() {
  local bound start=$EPOCHREALTIME
  bound=$(in_milliseconds "$1")
  shift
  until "$@" >/dev/null 2>&1; do
    at_most "$(since "$start")" "$bound" || return 1
    sleep 0.02
  done
}

# stays SECONDS CONDITION...: polls; false as soon as it does not hold.
stays() {
  local bound start=$EPOCHREALTIME
  bound=$(in_milliseconds "$1")
  shift
  while at_most "$(since "$start")" "$bound"; do
    "$@" >/dev/null 2>&1 || return 1
    sleep 0.05
  done
}

# since T: milliseconds since T, a value of EPOCHREALTIME.
since() {
  local then=${1/[.,]/} now=${EPOCHREALTIME/[.,]/}
  echo $(((now - then) / 1000))
}

# The count, as every test program of the project ends; false when a check failed.
summary() {
  trap - ERR
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  ((failed == 0))
}
