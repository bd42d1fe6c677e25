# shellcheck shell=bash
# Counts tests of every kind: GoogleTest programs, scripts that end with a count, plain commands.
# A part's counts lie in files, because a part runs as a process of its own: PREFIX.passed (a
# number per line), PREFIX.failures and PREFIX.skips (a line per test).

all_passed=0 all_failed=0 all_skipped=0
count_prefix=""

begin_count() { # PREFIX
  count_prefix=$1
  : >"$count_prefix.passed"
  : >"$count_prefix.failures"
  : >"$count_prefix.skips"
}
count_pass() { echo "${1:-1}" >>"$count_prefix.passed"; }
count_skip() { printf '%s: %s\n' "$1" "$2" >>"$count_prefix.skips"; } # NAME REASON

# count_fail NAME TEXT: one failure is one line that starts without a blank; the text is indented.
count_fail() {
  printf '%s\n' "$1" >>"$count_prefix.failures"
  if [[ -n ${2:-} ]]; then printf '%s\n' "$2" | sed 's/^/    /' >>"$count_prefix.failures"; fi
}

# count_output NAME STATUS FILE: what a program's output says of its tests.
count_output() {
  local name=$1 status=$2 file=$3 line before
  before=$(wc -l <"$count_prefix.failures")
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$file" | tail -n 1 || true)
  if [[ -n $line ]]; then
    count_pass "${line%% *}"
    while read -r line; do count_fail "$name: $line"; done < <(grep -E '^not ok ' "$file" || true)
    while read -r line; do count_skip "$name" "$line"; done < <(grep -E '^ok .*# SKIP' "$file" || true)
  elif grep -q '^\[==========\]' "$file"; then
    count_googletest "$name" "$file"
  elif [[ $status -eq 0 ]]; then
    count_pass
  fi
  # A program that fails without naming a test (crash, sanitizer, time-out) is a failure of its own.
  if [[ $status -ne 0 && $(wc -l <"$count_prefix.failures") -eq $before ]]; then
    count_fail "$name (exit code $status)" "$(tail -n 15 "$file")"
  fi
}

count_googletest() { # NAME FILE
  local name=$1 file=$2 test
  count_pass "$(grep -cE '^\[       OK \] ' "$file" || true)"
  while read -r test; do
    count_fail "$name: $test" "$(lines_of_test "$test" "$file" | head -n 12)"
  done < <(sed -nE 's/^\[  FAILED  \] (\S+)(, where .*)? \([0-9]+ ms\)$/\1/p' "$file")
  while read -r test; do
    count_skip "$name: $test" "$(lines_of_test "$test" "$file" | grep -vE ': Skipped$' | head -n 1)"
  done < <(sed -nE 's/^\[  SKIPPED \] (\S+) \([0-9]+ ms\)$/\1/p' "$file")
}

# What a test printed between its start and its end.
lines_of_test() { # TEST FILE
  awk -v test="$1" '
    index($0, "[ RUN      ] ") == 1 { inside = ($4 == test || $0 == "[ RUN      ] " test); next }
    /^\[  (FAILED  |SKIPPED )\]|^\[       OK \]/ { inside = 0 }
    inside && NF' "$2"
}

# run_one NAME COMMAND...: bounded, counted, its output kept.
run_one() {
  local name=$1 output status=0
  shift
  output=$(mktemp)
  timeout --foreground --kill-after=20 900 "$@" >"$output" 2>&1 || status=$?
  printf '== %s\n' "$name"
  cat "$output"
  count_output "$name" "$status" "$output"
  rm -f "$output"
}

ctest_json() { ctest --test-dir "build/$1" --show-only=json-v1; }

# tests_of PRESET WANTED UNWANTED: name, program and quoted command of the tests whose names match,
# in the order of CMake.
tests_of() {
  ctest_json "$1" | jq -r --arg wanted "$2" --arg unwanted "$3" '.tests[] |
    select((.name | test($wanted)) and (.name | test($unwanted) | not)) |
    [.name, ((.command // [""])[0] | split("/") | last), (.command // [] | @sh)] | @tsv'
}

# The programs of those tests, which are CMake targets of the same name.
test_programs() { tests_of "$@" | cut -f2 | awk '$0 && $0 != "cmake" && !seen[$0]++'; }

# $at_once programs (2) side by side: those that speak to kernels and processes wait most of the time.
run_ctest() { # PRESET WANTED UNWANTED
  local name command number=0 i
  while IFS=$'\t' read -r name _ command; do
    if [[ -z $command ]]; then
      count_fail "$name ($1)" "it was not built"
      continue
    fi
    if ((number >= ${at_once:-2})); then wait -n || true; fi
    number=$((number + 1))
    (
      begin_count "$count_prefix.$number"
      eval "run_one '$name ($1)' $command" </dev/null
    ) >"$count_prefix.$number.output" 2>&1 &
  done < <(tests_of "$@")
  wait
  for ((i = 1; i <= number; ++i)); do absorb_count "$count_prefix.$i"; done
}

# What was counted beside this, and said, becomes part of it.
absorb_count() { # PREFIX
  local kind
  cat "$1.output"
  for kind in passed failures skips; do cat "$1.$kind" >>"$count_prefix.$kind"; done
  rm -f "$1".{output,passed,failures,skips}
}

end_count() {
  part_passed=$(awk '{ n += $1 } END { print n + 0 }' "$count_prefix.passed")
  part_failed=$(grep -c '^[^ ]' "$count_prefix.failures" || true)
  part_skipped=$(wc -l <"$count_prefix.skips")
  all_passed=$((all_passed + part_passed))
  all_failed=$((all_failed + part_failed))
  all_skipped=$((all_skipped + part_skipped))
}
count_line() {
  ((part_passed + part_failed + part_skipped)) || return 0
  printf '%d passed, %d failed, %d skipped' "$part_passed" "$part_failed" "$part_skipped"
}
show_failures() {
  sed 's/^/    /' "$count_prefix.failures"
  sed 's/^/    skipped: /' "$count_prefix.skips"
}

# The last line of everything, and the exit code.
finish_count() {
  printf '%d passed, %d failed, %d skipped\n' "$all_passed" "$all_failed" "$all_skipped"
  ((all_failed == 0))
}
