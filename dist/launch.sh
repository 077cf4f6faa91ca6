#!/bin/sh
# Finds, verifies and starts the program of one action: launch.sh <action> [argument...]
#
# An action's step runs it like this (Windows has launch.ps1):
#
#   shell: /usr/bin/env -u ENV -u BASH_ENV -u CDPATH -u SHELLOPTS -u BASHOPTS /bin/sh -eu {0}
#   run: exec /bin/sh -eu "$GITHUB_ACTION_PATH/../../dist/launch.sh" <action>
#
# What holds:
# - The program comes from, in this order: GATEWRIGHT_BIN_DIR, a build in this checkout's target/ (the newest of
#   dist, release and debug), the runner's tool cache, the release. manifest.json beside this file says which bytes
#   are right, and nothing but manifest.json: no variable, no version in a name.
# - In every state but `development` the program is copied into a folder of our own, the copy is hashed, and the
#   copy is run, so that exchanging the original meanwhile changes nothing. What cannot be verified does not run.
# - In the state `development` only a local build runs: where it lies, unverified, and a line on stderr says so.
# - Everything ends in `exec`: the program has our process id, so the runner's SIGINT reaches it. It gets the
#   caller's PATH, umask and environment back; this file finds its own tools on a fixed path.
# - Exit status 3 when no program could be started; otherwise the status is the program's.
#
# What does not hold: a step that ran before us as the same user can preload a library into this shell, write to
# this file or to our folder; no script can defend itself against that. What such a step can do by leaving values
# in GITHUB_ENV (PATH, GATEWRIGHT_BIN_DIR, RUNNER_TOOL_CACHE, proxies, shell functions) is defended.
#
# The copy stays behind, because the program runs from it. A runner empties RUNNER_TEMP after each job; on a laptop
# a released program leaves one folder a run in TMPDIR. A folder kept for the next run would be one that somebody
# else may have filled.
#
# Variables begin with gw_, so that none of ours overwrites an exported one of the caller's. Tested with dash and
# bash; `local` and arrays are not POSIX.
set -euf

# Only bash takes functions from the environment, and one called `awk` or `[` would replace ours. `unset` is a
# special built-in: in a shell started as `sh` no function can stand in for it.
case ${BASH_VERSION-} in
?*)
    gw_rest=$(/usr/bin/env)
    while :; do
        case $gw_rest in *BASH_FUNC[_\<]*) ;; *) break ;; esac
        gw_rest=${gw_rest#*BASH_FUNC[_\<]}
        unset -f -- "${gw_rest%%[\%\>\(]*}" || :
    done
    ;;
esac

gw_path=${PATH-}
gw_umask=$(umask)
PATH=/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin
umask 077

gw_action=${1-}
[ "$#" -eq 0 ] || shift
case $0 in */*) gw_here=${0%/*} ;; *) gw_here=. ;; esac
case $gw_here in -*) gw_here=./$gw_here ;; esac
gw_read_words() {
    gw_version=$1 gw_state=$2 gw_known=$3 gw_url=$4 gw_sha256=$5 gw_size=$6
}

gw_child=
gw_private=

# Says one thing: <error|warning> <what> <next step>. Control characters and the runner's second command prefix
# are taken out, because paths come from the environment.
gw_say() {
    gw_text=$(printf 'gatewright %s: %s' "$gw_action" "$2" | LC_ALL=C tr '\001-\037\177' '?' | sed 's/##\[/##(/g')
    gw_help=$(printf '%s' "$3" | LC_ALL=C tr '\001-\037\177' '?' | sed 's/##\[/##(/g')
    if [ "${GITHUB_ACTIONS-}" = true ]; then
        printf '%s\n%s\n' "$gw_text" "$gw_help" | sed -e 's/%/%25/g' -e '1s/^/::'"$1"' title=Gatewright::/' \
            -e '2s/^/help: /' | awk 'NR > 1 { printf "%%0A" } { printf "%s", $0 } END { print "" }' >&2
    else
        printf '%s: %s\n  help: %s\n' "$1" "$gw_text" "$gw_help" >&2
    fi
}

gw_fail() {
    gw_say error "$1" "$2"
    exit 3
}

gw_leave() {
    [ -z "$gw_child" ] || kill "$gw_child" 2>/dev/null || :
    [ -z "$gw_private" ] || rm -rf "$gw_private"
}
trap gw_leave EXIT
trap 'gw_fail "cancelled before the program was started" "run the job again"' HUP INT TERM

# Reads manifest.json, which `cargo xtask manifest` writes with one program a line, and refuses every other layout.
# Prints: version, state, whether the action is known, and url, sha256 and size for our target, or three dashes.
gw_read_manifest() {
    LC_ALL=C awk -v action="$gw_action" -v target="$gw_target" '
        function value(text) {
            sub(/^[^:]*: "?/, "", text)
            sub(/"?,?$/, "", text)
            return text
        }
        function refuse() { refused = 1; exit 1 }
        BEGIN { expected = "open"; known = "no"; found = "- - -" }
        expected == "open" { if ($0 != "{") refuse(); expected = "version"; next }
        expected == "version" {
            if ($0 !~ /^  "version": "[0-9]+[.][0-9]+[.][0-9]+([-+][0-9A-Za-z.+-]+)?",$/) refuse()
            version = value($0); expected = "commit"; next
        }
        expected == "commit" {
            if ($0 !~ /^  "source_commit": (null|"[0-9a-f]+"),$/) refuse()
            commit = value($0); expected = "state"; next
        }
        expected == "state" {
            if ($0 !~ /^  "state": "(development|release)",$/) refuse()
            state = value($0)
            if (state == "release" ? length(commit) != 40 : commit != "null") refuse()
            expected = "binaries"; next
        }
        expected == "binaries" {
            if (state == "development" && $0 == "  \"binaries\": {}") { expected = "close"; next }
            if (state != "release" || $0 != "  \"binaries\": {") refuse()
            expected = "action"; next
        }
        expected == "action" {
            if ($0 !~ /^    "[a-z][a-z0-9-]*": [{]$/) refuse()
            current = $0; gsub(/[ ":{]/, "", current)
            if (current in seen) refuse()
            seen[current] = 1
            if (current == action) known = "yes"
            expected = "target"; next
        }
        expected == "target" {
            if ($0 !~ "^      \"[a-z0-9_-]+\": [{]\"url\": \"https?://([[]::1[]])?[0-9A-Za-z._~:/%+-]+\", " \
                "\"sha256\": \"[0-9a-f]+\", \"size\": [1-9][0-9]*[}],?$") refuse()
            split($0, part, "\"")
            bytes = part[13]; gsub(/[^0-9]/, "", bytes)
            if (length(part[10]) != 64 || length(bytes) > 12 || (current, part[2]) in seen) refuse()
            seen[current, part[2]] = 1
            if (current == action && part[2] == target) found = part[6] " " part[10] " " bytes
            if ($0 !~ /,$/) expected = "end of action"
            next
        }
        expected == "end of action" {
            if ($0 == "    },") { expected = "action"; next }
            if ($0 != "    }") refuse()
            expected = "end of binaries"; next
        }
        expected == "end of binaries" { if ($0 != "  }") refuse(); expected = "close"; next }
        expected == "close" { if ($0 != "}") refuse(); expected = "end of file"; next }
        { refuse() }
        END {
            if (refused || expected != "end of file") { print NR; exit 1 }
            print version, state, known, found
        }' <"$gw_here/manifest.json"
}

# Prints the SHA-256 of standard input. Runs in a subshell, whose variables are its own; shasum is a Perl script.
gw_hash() (
    if command -v sha256sum >/dev/null; then exec sha256sum; fi
    unset PERL5LIB PERLLIB PERL5OPT PERL5DB
    exec shasum -a 256
)

# Whether the copy has the bytes that the manifest names; leaves what it found in gw_found.
gw_verify() {
    gw_found=$(gw_hash <"$gw_copy") || gw_found=unreadable
    gw_found=${gw_found%% *}
    [ "$gw_found" = "$gw_sha256" ]
}

# Whether a candidate, once copied, is the right program. The limit keeps a huge file from filling the disk.
gw_take() {
    gw_found=nothing
    [ -f "$1" ] || return 1
    rm -f "$gw_copy"
    if ! (ulimit -f "$gw_blocks" && exec cp "$1" "$gw_copy") 2>/dev/null; then
        gw_found=$(gw_hash <"$1") || gw_found=unreadable
        gw_found=${gw_found%% *}
        return 1
    fi
    gw_verify && { [ -x "$gw_copy" ] || chmod 700 "$gw_copy"; }
}

# Makes the folder of our own that the copy lies in.
gw_make_private() {
    for gw_base in "${RUNNER_TEMP-}" "${TMPDIR-}" /tmp; do
        case $gw_base in /*) ;; *) continue ;; esac
        gw_private=$(mktemp -d "$gw_base/gatewright-$gw_action.XXXXXXXX" 2>/dev/null) && break
        gw_private=
    done
    [ -n "$gw_private" ] || gw_fail 'no folder for temporary files can be written' 'set RUNNER_TEMP or TMPDIR to one'
    gw_copy=$gw_private/$gw_action
}

# Gives the process over to the program.
gw_start() {
    gw_program=$1
    shift
    if [ ! -x "$gw_program" ]; then
        gw_fail "$gw_program may not be executed" 'look at its mode, and set RUNNER_TEMP or TMPDIR to a folder that is not mounted noexec'
    fi
    umask "$gw_umask"
    PATH=$gw_path
    exec "$gw_program" ${1+"$@"}
}

# One attempt to download the program; a background job, so that a signal does not wait for it.
gw_fetch() {
    (
        ulimit -f "$gw_blocks"
        case $gw_tool in
        curl)
            case $gw_url in
            https:*) set -- --location --max-redirs 5 --proto '=https' --proto-redir '=https' --tlsv1.2 ;;
            *) set -- --proto '=http' --noproxy '*' ;;
            esac
            exec curl -q --fail --silent --show-error "$@" --connect-timeout 20 --max-time 300 --speed-time 30 \
                --speed-limit 1000 --max-filesize "$gw_size" --output "$gw_copy" "$gw_url"
            ;;
        *)
            case $gw_url in
            https:*) set -- --https-only --secure-protocol=TLSv1_2 --max-redirect=5 ;;
            *) set -- --no-proxy --max-redirect=0 ;;
            esac
            exec wget --no-config --no-hsts --no-verbose "$@" --tries=1 --timeout=30 --output-document="$gw_copy" "$gw_url"
            ;;
        esac
    ) >/dev/null 2>"$gw_private/said" &
    gw_child=$!
    gw_status=0
    wait "$gw_child" || gw_status=$?
    gw_child=
    return "$gw_status"
}

# Downloads the program and verifies it, in three attempts; leaves why the last one failed in gw_why. The right
# number of wrong bytes is no broken line and is not tried again.
gw_download() {
    gw_tool=curl
    if ! command -v curl >/dev/null; then
        gw_tool=wget
        case $(wget --version 2>/dev/null) in
        *'GNU Wget'*) ;;
        *)
            gw_why='neither curl nor GNU wget is installed'
            return 1
            ;;
        esac
    fi
    for gw_attempt in 1 2 3; do
        rm -f "$gw_copy"
        if gw_fetch; then
            if gw_verify; then return 0; fi
            gw_bytes=$(wc -c <"$gw_copy") || gw_bytes=0
            if [ "$gw_bytes" -eq "$gw_size" ]; then
                gw_fail "$gw_url is not the program of release $gw_version: expected sha256 $gw_sha256, found $gw_found" \
                    'do not run what lies there; the release or the way to it was tampered with: report it'
            fi
            gw_why="$((gw_bytes)) of $gw_size bytes arrived"
        else
            gw_why=$(sed -n '$p' "$gw_private/said") || :
            gw_why=${gw_why:-"$gw_tool ended with status $gw_status"}
        fi
        [ "$gw_attempt" = 3 ] || sleep "$gw_attempt"
    done
    return 1
}

# Leaves the verified program in the tool cache: whole or not at all, the marker last. A cache that cannot be
# written is no failure. The caller's umask holds, so that other accounts of the runner can read it.
gw_store() (
    umask "$gw_umask"
    if [ -d "$gw_cache/$gw_action" ] || ! mkdir -p "$gw_cache"; then exit 0; fi
    gw_new=$(mktemp "$gw_cache/.new.XXXXXXXX") || exit 0
    if cp "$gw_copy" "$gw_new" && chmod 755 "$gw_new" && mv -f "$gw_new" "$gw_cache/$gw_action"; then
        : >"$gw_cache.complete"
    else
        rm -f "$gw_new"
    fi
) 2>/dev/null

case $gw_action in
'' | [!a-z]* | *[!a-z0-9-]*) gw_fail 'the first argument is no name of an action' 'usage: launch.sh <action> [argument...]' ;;
esac

gw_machine=$(uname -sm)
case $gw_machine in
'Linux x86_64') gw_target=x86_64-unknown-linux-musl gw_arch=x64 ;;
'Linux aarch64' | 'Linux arm64') gw_target=aarch64-unknown-linux-musl gw_arch=arm64 ;;
'Darwin x86_64') gw_target=x86_64-apple-darwin gw_arch=x64 ;;
'Darwin arm64') gw_target=aarch64-apple-darwin gw_arch=arm64 ;;
*) gw_target=unknown gw_arch=unknown ;;
esac

if ! gw_manifest=$(gw_read_manifest); then
    gw_fail "$gw_here/manifest.json cannot be read as the manifest of a release (line ${gw_manifest:-0})" \
        'check the action out again; in the repository, cargo xtask manifest --development writes it anew'
fi
# shellcheck disable=SC2086 # six words, each of a known alphabet
gw_read_words $gw_manifest

# Where the caller, or a build in this checkout, offers a program: gw_named is binding, gw_built is not.
gw_named=${GATEWRIGHT_BIN_DIR-}
case $gw_named in '') ;; /*) gw_named=$gw_named/$gw_action ;; *) gw_named=./$gw_named/$gw_action ;; esac
gw_built=
for gw_profile in dist release debug; do
    gw_candidate=$gw_here/../target/$gw_profile/$gw_action
    [ -f "$gw_candidate" ] || continue
    # shellcheck disable=SC3013 # not POSIX, but dash, bash and busybox have it
    if [ -z "$gw_built" ] || [ "$gw_candidate" -nt "$gw_built" ]; then gw_built=$gw_candidate; fi
done

if [ "$gw_state" = development ]; then
    gw_program=${gw_named:-$gw_built}
    if [ -z "$gw_program" ]; then
        gw_fail 'this checkout is no release, and it holds no build of this action' \
            "build it first: cargo build --release -p $gw_action; or use a released tag"
    elif [ ! -f "$gw_program" ]; then
        gw_fail "GATEWRIGHT_BIN_DIR is set, but there is no $gw_program" \
            "build it first: cargo build --release -p $gw_action; or unset GATEWRIGHT_BIN_DIR"
    fi
    printf 'gatewright: %s is an unverified local build (dist/manifest.json has the state development)\n' \
        "$gw_program" | LC_ALL=C tr '\001-\011\013-\037\177' '?' | sed 's/##\[/##(/g' >&2
    gw_start "$gw_program" ${1+"$@"}
fi

if [ "$gw_known" = no ]; then
    gw_fail "release $gw_version has no action of this name" 'check the path in uses: and the tag behind it'
elif [ "$gw_sha256" = - ]; then
    gw_fail "release $gw_version has no program for this platform ($gw_machine)" \
        'run the job on Linux, macOS or Windows, on x86-64 or arm64'
fi
case $gw_url in
https://* | http://127.0.0.1[:/]* | http://localhost[:/]* | 'http://[::1]'[:/]*) ;;
*) gw_fail "$gw_url is not an https address" 'dist/manifest.json is damaged: check the action out again' ;;
esac

gw_blocks=$((gw_size / 512 + 1))
gw_make_private

if [ -n "$gw_named" ]; then
    gw_take "$gw_named" || gw_fail \
        "$gw_named is not the program of release $gw_version: expected sha256 $gw_sha256, found $gw_found" \
        'unset GATEWRIGHT_BIN_DIR, or put the program of this release there'
    gw_start "$gw_copy" ${1+"$@"}
fi

if [ -n "$gw_built" ]; then
    if gw_take "$gw_built"; then gw_start "$gw_copy" ${1+"$@"}; fi
    gw_say warning "$gw_built is not the program of release $gw_version (found sha256 $gw_found) and was passed over" \
        'unverified builds run only where dist/manifest.json has the state development'
fi

gw_cache=
case ${RUNNER_TOOL_CACHE-} in
/*) gw_cache=$RUNNER_TOOL_CACHE/gatewright-$gw_action/$gw_version/$gw_arch ;;
esac
if [ -n "$gw_cache" ] && [ -f "$gw_cache.complete" ]; then
    if gw_take "$gw_cache/$gw_action"; then gw_start "$gw_copy" ${1+"$@"}; fi
    gw_say warning "$gw_cache/$gw_action is not the program of release $gw_version (expected sha256 $gw_sha256, found $gw_found) and is replaced" \
        'if this comes back, find out who writes to the tool cache'
fi

gw_download || gw_fail "$gw_url could not be fetched: $gw_why" \
    "without a network, put that file (sha256 $gw_sha256) into a folder as $gw_action and set GATEWRIGHT_BIN_DIR to it"
chmod 700 "$gw_copy"
[ -z "$gw_cache" ] || gw_store || :
gw_start "$gw_copy" ${1+"$@"}
