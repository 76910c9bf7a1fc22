#!/usr/bin/env bash
# Proves that a clean clone builds, tests and publishes in both situations, each on a simulated machine of its own
# (HOME and package folder apart, so that this machine's caches and settings play no part):
#   lacking  the configured feed as it is
#   having   that feed and a folder with the packages: prove.sh FOLDER; without FOLDER they are packed from compat/
# A feed that has every package proves `having` alone.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'dotnet build-server shutdown >/dev/null 2>&1; rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=true
export NUGET_HTTP_CACHE_PATH=${NUGET_HTTP_CACHE_PATH:-$work/http-cache}
source=$(dotnet nuget list source --format Short | sed -n 's/^E \(http.*\)/\1/p' | head -1)
[ -n "$source" ] || { echo 'no enabled NuGet source'; exit 2; }

feed=${1:-}
if [ -z "$feed" ]; then
  feed=$work/feed
  git clone -q "$root" "$work/packer"
  for project in "$work"/packer/compat/*/*.csproj; do
    AwsPackages=compat dotnet pack "$project" -o "$feed" -p:IsPackable=true -v:q >"$work/pack.log" 2>&1 ||
      { cat "$work/pack.log"; echo "packing $project failed"; exit 2; }
  done
fi

settings() { # settings HOME PACKAGES...: a NuGet.Config that takes PACKAGES from the folder and the rest from the source
  mkdir -p "$1/.nuget/NuGet"
  {
    echo '<configuration><packageSources><clear />'
    echo "<add key=\"configured\" value=\"$source\" />"
    [ $# -gt 1 ] && echo "<add key=\"folder\" value=\"$feed\" />"
    echo '</packageSources><packageSourceMapping><packageSource key="configured"><package pattern="*" /></packageSource>'
    if [ $# -gt 1 ]; then
      echo '<packageSource key="folder">'
      printf '<package pattern="%s" />' "${@:2}"
      echo '</packageSource>'
    fi
    echo '</packageSourceMapping></configuration>'
  } >"$1/.nuget/NuGet/NuGet.Config"
}
ids=()
for package in "$feed"/*.nupkg; do
  ids+=("$(unzip -p "$package" '*.nuspec' | sed -n 's/.*<id>\(.*\)<\/id>.*/\1/p' | tr -d '\r')")
done
settings "$work/lacking/home"
settings "$work/having/home" "${ids[@]}"

passed=0 failed=0
check() { # check SITUATION ANSWER PATTERN COMMAND...
  local where=$1 answer=$2 pattern=$3 log=$work/log why='' clone=$work/$1/clone
  shift 3
  rm -rf "$clone"
  git clone -q "$root" "$clone"
  (cd "$clone" && HOME=$work/$where/home NUGET_PACKAGES=$work/$where/packages "$@") >"$log" 2>&1 </dev/null || why="exit $?"
  grep -q -- "$pattern" "$log" || why="$why; no '$pattern'"
  grep -qi 'warning [A-Z]*[0-9]' "$log" && why="$why; warnings"
  grep -q ">$answer<" "$clone/artifacts/aws-packages.props" || why="$why; the answer is not $answer"
  [ -z "$(git -C "$clone" status --porcelain)" ] || why="$why; the work tree is dirty"
  if [ -z "$why" ]; then passed=$((passed + 1)); echo "ok    $where: $*"
  else failed=$((failed + 1)); echo "FAIL  $where: $*: $why"; grep -A 15 '^failed ' "$log"; tail -30 "$log"; fi
}
stand_ins() { # stand_ins SITUATION yes|no: whether the published functions say that they hold stand-ins
  local found=no
  [ -f "$work/$1/clone/artifacts/functions/Cleansing/stand-ins.json" ] && found=yes
  if [ $found = "$2" ]; then passed=$((passed + 1)); echo "ok    $1: stand-ins.json there: $found"
  else failed=$((failed + 1)); echo "FAIL  $1: stand-ins.json there: $found"; fi
}

situations=('having real')
if (cd "$work" && git clone -q "$root" "$work/asking" && cd asking &&
    HOME=$work/lacking/home NUGET_PACKAGES=$work/lacking/packages dotnet restore compat/../lambdas/KinesisPatterns.Lambdas >/dev/null 2>&1;
    grep -q '>compat<' "$work/asking/artifacts/aws-packages.props"); then
  situations=('lacking compat' "${situations[@]}")
fi
for situation in "${situations[@]}"; do
  set -- $situation
  # On CI the whole solution was just built on the feed as it is.
  [ "$1${CI:-}" = lackingtrue ] || check "$1" "$2" 'Build succeeded' dotnet build Patterns.sln
  check "$1" "$2" 'failed: 0' dotnet test tests/KinesisPatterns.Lambdas.Tests
  check "$1" "$2" 'Build succeeded' dotnet build lambdas/Functions.proj
  [ "$2" = real ] && stand_ins "$1" no || stand_ins "$1" yes
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
